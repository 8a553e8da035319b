const PAUSE_MS = 50;

/** Lets timers, input and abort signals have their turn during long work: at most every 50 ms, since a turn costs time. */
export class Breather {
  #last = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#last < PAUSE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#last = performance.now();
  }
}
