/**
 * The one source of chance: sfc32 (Doty-Humphrey's small fast counting generator, PractRand), seeded by a number, its state
 * four words that can be saved and restored. Normal deviates are in normal.ts.
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 4294967296) >>> 0;
    this.#c = 0x9e3779b9;
    for (let i = 0; i < 12; i++) this.int32(); // the author's advice: twelve rounds mix the seed into all words
  }

  /** 32 random bits as a number in [0, 2³²). */
  int32(): number {
    const t = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    return ((this.int32() >>> 5) * 67108864 + (this.int32() >>> 6)) / 9007199254740992;
  }

  /** A whole number in [0, n), n up to 2³²; each is as likely as another to within n·2⁻⁵³. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Fisher-Yates, in place. */
  shuffle(items: Int32Array | Uint32Array | number[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i]!;
      items[i] = items[j]!;
      items[j] = kept;
    }
  }

  get state(): [number, number, number, number] {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter];
  }

  set state([a, b, c, counter]: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#counter] = [a | 0, b | 0, c | 0, counter];
  }
}

/**
 * Counter-based bits for masks: two rounds of the lowbias32 finaliser (Wellons 2018) over index and seed, so that element i
 * needs no element before it and every kernel set and thread makes the same mask.
 */
export function hashBits(seed: number, index: number): number {
  return mix(mix(index ^ seed) + seed) >>> 0;
}

function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
