/** How probable what is shown was: texts are shown a moment after they are drawn, since a character is never cut. */
export class ToldLikelihood {
  /** Draws of which less than half has been shown. */
  readonly #waiting: { length: number; shown: number; readonly p: number }[] = [];

  drawn(text: string, p: number): void {
    this.#waiting.push({ length: text.length, shown: 0, p });
  }

  /** Of the draws that are shown by so many further characters, each where half of it is: the product. */
  shown(characters: number): number {
    let product = 1;
    for (let left = characters; this.#waiting.length > 0;) {
      const first = this.#waiting[0]!;
      const before = first.shown;
      first.shown = Math.min(first.length, before + left);
      left -= first.shown - before;
      const half = first.length / 2;
      if (before < half && first.shown >= half) product *= first.p;
      if (first.shown < first.length) break;
      this.#waiting.shift();
    }
    return product;
  }
}
