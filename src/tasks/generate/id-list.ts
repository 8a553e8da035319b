/** Small whole numbers in as few bytes as the largest of them needs. */
export type Ids = Uint8Array | Uint16Array | Int32Array;

/** An array of `length` that holds numbers up to `largest`. */
export function makeIds(length: number, largest: number): Ids {
  if (largest < 2 ** 8) return new Uint8Array(length);
  return largest < 2 ** 16 ? new Uint16Array(length) : new Int32Array(length);
}

/** A list that grows while a text is read: one byte a character for most of them. */
export class IdList {
  #data: Ids = new Uint8Array(1 << 16);
  #largest = 2 ** 8 - 1;
  #length = 0;

  push(id: number): void {
    if (id > this.#largest) this.#move(this.#data.length, id);
    if (this.#length === this.#data.length) this.#move(2 * this.#data.length, this.#largest);
    this.#data[this.#length++] = id;
  }

  get ids(): Ids {
    return this.#data.subarray(0, this.#length);
  }

  #move(length: number, largest: number): void {
    const data = makeIds(length, largest);
    data.set(this.#data);
    this.#data = data;
    this.#largest = data.BYTES_PER_ELEMENT === 4 ? 2 ** 31 - 1 : 2 ** (8 * data.BYTES_PER_ELEMENT) - 1;
  }
}
