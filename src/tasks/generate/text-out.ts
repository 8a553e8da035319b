/**
 * Gives out a text as it comes, but never half a character as people see it (an emoji with its skin tone, a letter with its
 * accent), and nothing that may be the beginning of the text at which it is to stop.
 */
export class TextOut {
  #held = "";
  #ended = false;
  readonly #segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

  constructor(private readonly stops: readonly string[] = []) {}

  /** Whether a stop has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes what was written and gives what can be shown. */
  add(text: string): string {
    this.#held += text;
    const stop = Math.min(...this.stops.map((s) => this.#held.indexOf(s)).filter((at) => at >= 0));
    if (stop !== Infinity) {
      this.#ended = true;
      return this.#give(stop);
    }
    const graphemes = this.#segmenter.segment(this.#held);
    const safe = Math.min(this.#held.length - 1, this.#held.length - this.#openStop());
    return this.#give(safe < 0 ? 0 : (graphemes.containing(safe)?.index ?? 0));
  }

  /** The rest, once nothing more comes. */
  end(): string {
    return this.#ended ? "" : this.#give(this.#held.length);
  }

  /** Length of the longest end of what is held that begins a stop. */
  #openStop(): number {
    for (let n = Math.min(this.#held.length, Math.max(0, ...this.stops.map((s) => s.length)) - 1); n > 0; n--)
      if (this.stops.some((s) => s.startsWith(this.#held.slice(-n)))) return n;
    return 0;
  }

  #give(length: number): string {
    const given = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return given;
  }
}
