/** What sessions, tokens and sockets share: models run step by step, open sessions, the secret of tokens. */
import { checkOptions, checkRange } from "../../util/checks.js";
import type { ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import type { ServedModel } from "../served-model.js";
import { SessionStore } from "./session-store.js";
import { bytesOfState, stateOfBytes, StateTokens } from "./state-token.js";
import { SteppedModel, type Steps } from "./stepped-model.js";

export interface SessionOptions {
  /**
   * What state tokens are signed with, 32 characters or more; servers with one secret take each other's tokens. Default: a random one,
   * so that tokens end with the process.
   */
  readonly secret?: string;
  /** Seconds for which a state token is taken. Default 3600. */
  readonly tokenLifetime?: number;
  /** Seconds for which sessions go on with the model they began with when its file was replaced. Default 600. */
  readonly grace?: number;
  /** Milliseconds since 1970; for tests. Default `Date.now`. */
  readonly now?: () => number;
}

export class Sessions {
  readonly store: SessionStore;
  readonly #tokens: StateTokens;
  readonly #lifetime: number;
  readonly #grace: number;
  readonly #now: () => number;
  /** A version that nobody holds any more goes with its streams. */
  readonly #stepped = new WeakMap<ServedModel, SteppedModel>();

  constructor(
    readonly context: ServerContext,
    options: SessionOptions,
  ) {
    const { grace = 600, tokenLifetime = 3600, now = Date.now } = checkedOptions(options);
    this.store = new SessionStore(context, { grace, now });
    this.#tokens = new StateTokens(options.secret);
    this.#lifetime = tokenLifetime * 1000;
    this.#grace = grace * 1000;
    this.#now = now;
    context.models.onReplace((before) => this.store.replaced(before));
  }

  /** The model of that name as it is now. @throws Problem 404, or 422 where it cannot be run step by step */
  model(name?: string): SteppedModel {
    return this.stepped(this.context.models.get(name));
  }

  stepped(served: ServedModel): SteppedModel {
    let stepped = this.#stepped.get(served);
    if (!stepped) this.#stepped.set(served, (stepped = new SteppedModel(served, this.context)));
    return stepped;
  }

  /** Calls `end` when the grace time has passed after this version was replaced. @returns what ends that */
  whenReplaced(served: ServedModel, end: () => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = this.context.models.onReplace((before) => {
      if (before === served) timer ??= setTimeout(end, this.#grace);
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }

  /** A token of the beginning. */
  begin(model: SteppedModel): Promise<string> {
    const sequence = model.engine.start();
    const state = bytesOfState(model.engine.save(sequence));
    model.engine.close(sequence);
    return this.#sign(model, 0, state);
  }

  /**
   * Steps from where a token stands, and the token that stands behind them.
   * @throws Problem 401, 410, 404, or 409 when the model was replaced since
   */
  async stepToken(
    token: unknown,
    read: (model: SteppedModel) => Steps,
  ): Promise<{ answer: object; token: string; model: SteppedModel }> {
    const carried = await this.#tokens.open(token, this.#now());
    const model = this.model(carried.model);
    const { version } = model.served;
    if (carried.version !== version)
      throw new Problem(
        "stale-version",
        `The state is of version ${carried.version} of ${carried.model}; version ${version} is served now.`,
      );
    const steps = read(model);
    const { engine } = model;
    const sequence = engine.start(stateOfBytes(carried.state, model.served.model.dtype));
    try {
      const outputs = await model.run(sequence, steps);
      const signed = await this.#sign(model, carried.steps + steps.count, bytesOfState(engine.save(sequence)));
      return { answer: model.answer(steps, outputs, carried.steps), token: signed, model };
    } finally {
      engine.close(sequence);
    }
  }

  /** ISO 8601: when a token that is made now ends. */
  ends(): string {
    return new Date(this.#expires()).toISOString();
  }

  #expires(): number {
    return Math.floor((this.#now() + this.#lifetime) / 1000) * 1000;
  }

  #sign({ served: { name, version } }: SteppedModel, steps: number, state: Uint8Array): Promise<string> {
    return this.#tokens.sign({ model: name, version, expires: this.#expires(), steps, state });
  }
}

function checkedOptions(options: SessionOptions): SessionOptions {
  checkOptions("sessions", options, ["secret", "tokenLifetime", "grace", "now"]);
  const { tokenLifetime, grace } = options;
  if (tokenLifetime !== undefined) checkRange("sessions", "tokenLifetime", tokenLifetime, 1);
  if (grace !== undefined) checkRange("sessions", "grace", grace, 0);
  return options;
}
