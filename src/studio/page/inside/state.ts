import { batch, computed, effect, signal } from "@preact/signals";
import type { EffectsReply, InsideInput, InsideReply, InsideRequest, UnitPlace } from "../../api/index.js";
import { apiPath, post } from "../client.js";
import { Latest } from "./latest.js";
import { unitsInOrder, type Order } from "./order.js";
import { Playhead } from "./playhead.js";
import { decode, stepsOf, type Seen } from "./seen.js";

export interface Pin extends UnitPlace {
  readonly value: number;
}

/** What a click on a unit does, or a drag over steps. */
export type Tool = "look" | "silence" | "hold" | "select";

/** Steps [from, to). */
export type Span = readonly [from: number, to: number];

const samePlace = (a: UnitPlace, b: UnitPlace) => a.layer === b.layer && a.unit === b.unit;

/** All that the inside page knows: what goes in, what was done to units, what was seen, and where one looks. */
export class InsideState {
  readonly input = signal<InsideInput | null>(null);
  readonly pins = signal<readonly Pin[]>([]);
  readonly silent = signal<readonly UnitPlace[]>([]);
  /** As it went with pins and silent units, and as it goes without them; the same where there are none. */
  readonly seen = signal<Seen | null>(null);
  readonly free = signal<Seen | null>(null);
  readonly busy = signal(false);
  readonly error = signal<unknown>(null);

  readonly tab = signal(0);
  readonly unit = signal<number | null>(null);
  readonly tool = signal<Tool>("look");
  readonly span = signal<Span | null>(null);
  /** The output that horizon, attribution and effects are about; null: the largest. */
  readonly target = signal<number | null>(null);
  readonly order = signal<Order>("number");
  readonly effects = signal<EffectsReply | null>(null);

  readonly layer = computed(() => this.seen.value?.layers[this.tab.value] ?? this.seen.value?.layers[0] ?? null);
  readonly steps = computed(() => (this.seen.value ? stepsOf(this.seen.value) : 1));
  /** Units from top to bottom. */
  readonly rows = computed(() => {
    const layer = this.layer.value;
    return layer ? unitsInOrder(layer, this.order.value, this.effects.value?.changes ?? null) : [];
  });
  readonly touched = computed(() => this.pins.value.length + this.silent.value.length > 0);
  readonly playhead = new Playhead(this.steps);

  readonly #requests = new Latest();
  readonly #stop: (() => void)[];
  #asked: InsideInput | null = null;

  constructor(readonly run: string) {
    this.#stop = [effect(() => this.#look()), effect(() => this.#weigh())];
  }

  dispose(): void {
    this.playhead.pause();
    this.#requests.drop();
    for (const stop of this.#stop) stop();
  }

  /** The input that `free` and `seen` are of. */
  get asked(): InsideInput | null {
    return this.#asked;
  }

  path(name: string): string {
    return apiPath("runs", this.run, name);
  }

  isPinned(place: UnitPlace): Pin | undefined {
    return this.pins.value.find((pin) => samePlace(pin, place));
  }

  isSilent(place: UnitPlace): boolean {
    return this.silent.value.some((other) => samePlace(other, place));
  }

  /** Held at a value, which ends its silence; null lets it go. */
  hold(place: UnitPlace, value: number | null): void {
    batch(() => {
      const others = this.pins.value.filter((pin) => !samePlace(pin, place));
      this.pins.value = value === null ? others : [...others, { ...place, value }];
      if (value !== null) this.silent.value = this.silent.value.filter((other) => !samePlace(other, place));
    });
  }

  silence(place: UnitPlace, on: boolean): void {
    batch(() => {
      const others = this.silent.value.filter((other) => !samePlace(other, place));
      this.silent.value = on ? [...others, place] : others;
      if (on) this.pins.value = this.pins.value.filter((pin) => !samePlace(pin, place));
    });
  }

  setFree(): void {
    batch(() => {
      this.pins.value = [];
      this.silent.value = [];
    });
  }

  /** A click on a unit, by the tool in hand. */
  touch(unit: number): void {
    const layer = this.layer.value;
    if (!layer) return;
    const place = { layer: layer.layer, unit };
    this.unit.value = unit;
    if (this.tool.value === "silence") this.silence(place, !this.isSilent(place));
    if (this.tool.value === "hold") this.hold(place, this.isPinned(place) ? null : this.stateOf(unit));
  }

  /** The unit's state at the step that is looked at. */
  stateOf(unit: number): number {
    const layer = this.layer.value;
    const step = Math.min(this.playhead.step.value, (layer?.steps ?? 1) - 1);
    return layer?.signals.get("state")?.[step * layer.units + unit] ?? 0;
  }

  #look(): void {
    const [input, pins, ablate] = [this.input.value, this.pins.value, this.silent.value];
    if (!input) return;
    this.#requests.run(() => this.#ask(input, { input, pins, ablate }));
  }

  async #ask(input: InsideInput, request: InsideRequest): Promise<void> {
    this.busy.value = true;
    const ask = async (body: InsideRequest) => decode(await post<InsideReply>(this.path("inside"), body));
    try {
      const free = input === this.#asked && this.free.peek() ? this.free.peek()! : await ask({ input });
      const touched = request.pins!.length + request.ablate!.length > 0;
      const seen = touched ? await ask(request) : free;
      batch(() => this.#show(input, free, seen));
    } catch (error) {
      this.error.value = error;
    } finally {
      this.busy.value = false;
    }
  }

  #show(input: InsideInput, free: Seen, seen: Seen): void {
    const fresh = input !== this.#asked;
    this.#asked = input;
    this.error.value = null;
    this.free.value = free;
    this.seen.value = seen;
    if (this.target.peek() !== null && this.target.peek()! >= seen.output.length) this.target.value = null;
    if (!fresh) return;
    this.span.value = null;
    this.effects.value = null;
    if (!this.playhead.playing.peek()) this.playhead.goTo(this.steps.value - 1);
  }

  /** Effects are asked for where the units are to be in their order. */
  #weigh(): void {
    const [order, layer, target, free] = [
      this.order.value,
      this.layer.value?.layer,
      this.target.value,
      this.free.value,
    ];
    const input = this.#asked;
    if (order !== "effect" || layer === undefined || !input || !free) return;
    const body = { input, layer, ...(target !== null && { output: target }) };
    post<EffectsReply>(this.path("effects"), body).then(
      (effects) => {
        if (this.free.peek() === free) this.effects.value = effects;
      },
      (error: unknown) => {
        if (this.free.peek() === free) this.error.value = error;
      },
    );
  }
}
