/** A text that may have been said so far, in a tree of all that are followed; probabilities are logarithms. */
export class Prefix {
  /** p of the paths that end in a blank, and of those that end in the last label. */
  pausing = -Infinity;
  ending = -Infinity;
  #nextPausing = -Infinity;
  #nextEnding = -Infinity;
  #followed = false;
  readonly #children = new Map<number, Prefix>();

  private constructor(
    readonly parent: Prefix | null,
    /** The last label; −1 for the empty text. */
    readonly label: number,
    readonly length: number,
    /** ln P of the language model. */
    readonly language: number,
  ) {}

  static empty(): Prefix {
    const empty = new Prefix(null, -1, 0, 0);
    empty.pausing = 0;
    empty.#followed = true;
    return empty;
  }

  get total(): number {
    return logAdd(this.pausing, this.ending);
  }

  labels(): number[] {
    const labels = new Array<number>(this.length);
    for (let at: Prefix = this; at.parent; at = at.parent) labels[at.length - 1] = at.label; // oxlint-disable-line typescript/no-this-alias -- the walk up the tree begins here
    return labels;
  }

  /** The text with one label more. */
  longer(label: number, language: () => number): Prefix {
    let child = this.#children.get(label);
    if (!child) {
      child = new Prefix(this, label, this.length + 1, this.language + language());
      this.#children.set(label, child);
    }
    return child;
  }

  /** The step adds nothing to the text. */
  stay(pausing: number, ending: number): void {
    this.#nextPausing = logAdd(this.#nextPausing, pausing);
    this.#nextEnding = logAdd(this.#nextEnding, ending);
  }

  /** The step is where its last label begins. */
  reach(p: number): void {
    this.#nextEnding = logAdd(this.#nextEnding, p);
  }

  /** After a step: its probabilities become those that count. */
  settle(): this {
    [this.pausing, this.ending] = [this.#nextPausing, this.#nextEnding];
    [this.#nextPausing, this.#nextEnding] = [-Infinity, -Infinity];
    this.#followed = true;
    return this;
  }

  /** No longer followed: forgotten, with the texts before it that nothing hangs on, so that memory does not grow with time. */
  drop(): void {
    [this.pausing, this.ending, this.#followed] = [-Infinity, -Infinity, false];
    let at: Prefix | null = this; // oxlint-disable-line typescript/no-this-alias -- the walk up the tree begins here
    while (at?.parent && !at.#followed && at.#children.size === 0) {
      at.parent.#children.delete(at.label);
      at = at.parent;
    }
  }
}

/** ln(e^a + e^b) */
function logAdd(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}
