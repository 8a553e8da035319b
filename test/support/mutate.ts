/** Damage to files, drawn from a seed: what a reader must answer with one clear error. */
import type { Random } from "../../src/util/random.js";

/** Values that lengths, counts and offsets turn bad at. */
const NASTY = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** A copy with one to four changes: flipped bits, nasty bytes, parts cut out, doubled or moved, numbers overwritten. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let out: Uint8Array = new Uint8Array(bytes);
  for (let n = 1 + random.below(4); n > 0 && out.length > 0; n--)
    out = CHANGES[random.below(CHANGES.length)]!(out, random);
  return out;
}

const CHANGES: ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => {
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = NASTY[random.below(NASTY.length)]!;
    return bytes;
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    for (let i = at; i < Math.min(bytes.length, at + 1 + random.below(8)); i++) bytes[i] = random.below(256);
    return bytes;
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    return join(bytes.subarray(0, to), bytes.subarray(from));
  },
  (bytes, random) => {
    const [from, to] = part(bytes, random);
    bytes.copyWithin(random.below(bytes.length), from, to);
    return bytes;
  },
];

function part(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(32))];
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
