/** Threads of this process that compute shards of a step, with the main thread as one of them. */
import { setImmediate as turn } from "node:timers/promises";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import type { Model } from "sluice";
import type { Crew } from "../../../train/sharded/crew.js";
import type { Room } from "../../../train/sharded/room.js";
import { checkCount } from "../../../util/checks.js";
import { check, SluiceError } from "../../../util/errors.js";
import { AT, makeControl, MOST_WORKERS, shardDone, takeShard, WORD, type FromReplica, type ReplicaStart, type RoomMessage } from "./control.js"; // prettier-ignore

/** Milliseconds after which the main thread looks whether those that it waits for are still there. */
const PATIENCE = 20;
/** A team that loses so many threads goes on without new ones: something is wrong here that does not pass. */
const MOST_LOSSES = 3;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly place: number;
}

export class Team implements Crew {
  readonly #control = makeControl();
  readonly #threads = new Map<number, Thread>();
  #bytes: ReturnType<Model["toBytes"]> | null = null;
  #room: RoomMessage | null = null;
  #losses = 0;

  /**
   * @param workers threads, the main one among them
   * @param warn told when one was lost
   */
  constructor(
    readonly workers: number,
    private readonly warn: (message: string) => void = console.warn,
  ) {
    checkCount("training on threads", "workers", workers);
    check(
      workers <= MOST_WORKERS,
      () => `training on threads: expected at most ${MOST_WORKERS} workers, got ${workers}`,
    );
  }

  /** Shards that threads did beside the main one. */
  get helped(): number {
    return Atomics.load(this.#control, WORD.helped);
  }

  assemble(): boolean {
    for (const place of this.#threads.keys())
      Atomics.compareExchange(this.#control, WORD.thread + place, AT.door, AT.rest);
    return this.#threads.size > 0;
  }

  async gather(model: Model, shards: number): Promise<void> {
    await this.close();
    const helpers = Math.min(this.workers, shards) - 1; // more would find nothing to do
    if (helpers === 0) return;
    checkCopyable(model);
    this.#bytes = model.toBytes();
    Atomics.store(this.#control, WORD.closed, 0);
    try {
      await Promise.all(Array.from({ length: helpers }, (_, place) => this.#start(place)));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  move(room: Room): void {
    this.#room = { room, number: Atomics.load(this.#control, WORD.room) + 1 };
    for (const { port } of this.#threads.values()) port.postMessage(this.#room);
    Atomics.store(this.#control, WORD.room, this.#room.number);
  }

  begin(shards: number): void {
    const control = this.#control;
    Atomics.store(control, WORD.done, 0);
    Atomics.add(control, WORD.step, 1);
    Atomics.store(control, WORD.left, shards);
    Atomics.add(control, WORD.go, 1);
    Atomics.notify(control, WORD.go);
  }

  take(): number | null {
    return takeShard(this.#control);
  }

  done(): void {
    shardDone(this.#control);
  }

  async finish(shards: number): Promise<boolean> {
    const control = this.#control;
    const lost = this.#losses;
    for (;;) {
      const done = Atomics.load(control, WORD.done);
      if (done >= shards) return true;
      const came = Atomics.wait(control, WORD.done, done, PATIENCE);
      if (came !== "timed-out") continue;
      await turn(); // where the end of a thread is told
      const atRest = [...this.#threads.keys()].every((place) => Atomics.load(control, WORD.thread + place) !== AT.work);
      if (this.#losses > lost && atRest) return Atomics.load(control, WORD.done) >= shards;
    }
  }

  async dismiss(): Promise<void> {
    await this.close();
    this.warn("training goes on with one thread: the others failed where it does not");
  }

  async close(): Promise<void> {
    this.#bytes = null;
    Atomics.store(this.#control, WORD.closed, 1);
    Atomics.add(this.#control, WORD.go, 1);
    Atomics.notify(this.#control, WORD.go);
    const threads = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  /** Resolves when the thread listens. */
  async #start(place: number): Promise<void> {
    const { port1: port, port2 } = new MessageChannel();
    Atomics.store(this.#control, WORD.thread + place, AT.door);
    const start: ReplicaStart = { control: this.#control, place, bytes: this.#bytes!, port: port2 };
    // The modules, not the files for Node: in these a thread would be bundled with a second copy of the library.
    const worker = new Worker(new URL("./replica.js", import.meta.url), {
      workerData: start,
      transferList: [port2],
      execArgv: ["--conditions=sluice-modules"],
    });
    await listens(worker);
    if (this.#bytes !== start.bytes) return void (await worker.terminate()); // the team has changed meanwhile
    worker.unref(); // those that sleep keep no process alive
    port.unref();
    let reason = "";
    worker.on("error", (error) => (reason = `: ${error.message}`));
    worker.on("exit", () => this.#lose(place, worker, reason));
    if (this.#room) port.postMessage(this.#room);
    this.#threads.set(place, { worker, port, place });
  }

  /** One that was ended from outside, ran out of memory, or was left by its engine. */
  #lose(place: number, worker: Worker, reason: string): void {
    if (this.#threads.get(place)?.worker !== worker) return;
    this.#threads.delete(place);
    this.#losses++;
    const anew = this.#losses < MOST_LOSSES;
    const then = anew ? "another takes its place" : `training goes on with ${this.#threads.size + 1}`;
    this.warn(`a thread of the training ended${reason}; its part is done again, and ${then}`);
    if (!anew) return;
    this.#start(place).catch((error: Error) => this.warn(`no other thread came: ${error.message}`));
  }
}

/** What is a function of this program exists in no other thread. */
function checkCopyable(model: Model): void {
  for (const { name, loss, metrics } of model.compiled.outputs) {
    const own = [loss, ...metrics].find(({ className }) => className === "custom");
    check(!own, () => {
      const what = own === loss ? "loss" : "metric";
      return `workers: a ${what} of output "${name}" is a function of this program, which other threads do not have; train it with shards on one thread, or take a ${what} by name`;
    });
  }
}

function listens(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      reject(new SluiceError(`workers: a thread could not make the model: ${reason}`));
      void worker.terminate();
    };
    worker.once("message", (message: FromReplica) => ("ready" in message ? resolve() : fail(message.error)));
    worker.once("error", (error) => fail(error.message));
    worker.once("exit", (code) => fail(`it ended with code ${code}`));
  });
}
