/**
 * Whether the server is shutting down; as an AbortSignal to those who read it. Edge workers tie an AbortSignal to the request in which it
 * was made, and this one outlives all.
 */
export interface Stopping {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
}

export class StopSwitch implements Stopping {
  #aborted = false;
  readonly #listeners: (() => void)[] = [];

  get aborted(): boolean {
    return this.#aborted;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Tells all who listen; the second time it does nothing. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const listener of this.#listeners) listener();
  }
}
