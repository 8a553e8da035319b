/** One task at a time; of those that come meanwhile the last one alone: a slider asks as fast as answers come, and no faster. */
export class Latest {
  #running = false;
  #next: (() => Promise<void>) | null = null;

  run(task: () => Promise<void>): void {
    this.#next = task;
    if (!this.#running) void this.#drain();
  }

  /** Forgets what has not begun. */
  drop(): void {
    this.#next = null;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#next) {
      const task = this.#next;
      this.#next = null;
      await task();
    }
    this.#running = false;
  }
}
