import { signal, type ReadonlySignal } from "@preact/signals";

/** A sample of any length is played in about this many seconds, unless its steps would come too fast or too slowly to follow. */
const WHOLE_S = 10;
const SLOWEST_PER_S = 3;
const FASTEST_PER_S = 30;

/** The step that is looked at, and what moves it. */
export class Playhead {
  readonly step = signal(0);
  readonly playing = signal(false);
  /** Times the usual pace. */
  readonly pace = signal(1);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly steps: ReadonlySignal<number>) {}

  goTo(step: number): void {
    this.step.value = Math.max(0, Math.min(this.steps.value - 1, Math.round(step)));
  }

  /** From the beginning when the end was reached. */
  play(): void {
    if (this.step.value >= this.steps.value - 1) this.goTo(0);
    this.playing.value = true;
    this.#wait();
  }

  pause(): void {
    this.playing.value = false;
    clearTimeout(this.#timer);
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const perSecond = Math.max(SLOWEST_PER_S, Math.min(FASTEST_PER_S, this.steps.value / WHOLE_S));
    this.#timer = setTimeout(() => this.#move(), 1000 / (perSecond * this.pace.value));
  }

  #move(): void {
    this.goTo(this.step.value + 1);
    if (this.step.value >= this.steps.value - 1) this.pause();
    else this.#wait();
  }
}
