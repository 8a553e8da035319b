import { checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { Random } from "../../util/random.js";
import { indexOf, type Label } from "./encoders.js";

/** Checks shares of the whole: positive, and 1 together. */
export function checkShares(where: string, shares: readonly number[]): void {
  const fits = Array.isArray(shares) && shares.length > 0 && shares.every((share) => share > 0);
  const sum = fits ? shares.reduce((a, b) => a + b, 0) : NaN;
  check(Math.abs(sum - 1) < 1e-9, () => `${where}: shares must be positive numbers with sum 1, got ${show(shares)}`);
}

/** Where each part ends among n things in order, each border rounded to the nearest. */
export function bordersOf(n: number, shares: readonly number[]): number[] {
  let sum = 0;
  return shares.map((share, k) => (k === shares.length - 1 ? n : Math.round((sum += share) * n)));
}

/**
 * Indices of each part in random order, every class in each part by its share: to within one sample.
 * @throws SluiceError when a part stays empty
 */
export function stratifiedSplit(labels: readonly Label[], shares: readonly number[], seed: number): Int32Array[] {
  const where = "stratifiedSplit";
  checkShares(where, shares);
  checkCount(where, "seed", seed, 0);
  const classes = new Map<Label, number[]>();
  for (const label of indexOf(where, labels).keys()) classes.set(label, []);
  for (const [i, label] of labels.entries()) classes.get(label)!.push(i);
  const random = new Random(seed);
  const parts = shares.map((): number[] => []);
  /** What each part should have by now and has not. */
  const lacks = shares.map(() => 0);
  for (const members of classes.values()) {
    random.shuffle(members);
    let first = 0;
    for (const [k, size] of apportion(members.length, shares, lacks).entries()) {
      for (const i of members.slice(first, first + size)) parts[k]!.push(i); // spread, a large class would not fit on the stack
      first += size;
    }
  }
  const empty = parts.findIndex((part) => part.length === 0);
  check(
    empty === -1,
    () => `${where}: part ${empty} (share ${shares[empty]}) of ${labels.length} samples would be empty`,
  );
  return parts.map((part) => {
    random.shuffle(part);
    return Int32Array.from(part);
  });
}

/** n by shares, each rounded up or down; the parts that lack most so far are rounded up. */
function apportion(n: number, shares: readonly number[], lacks: number[]): number[] {
  const sizes = shares.map((share) => Math.floor(share * n + 1e-9));
  const rests = shares.map((share, k) => Math.max(0, share * n - sizes[k]!));
  for (const [k, rest] of rests.entries()) lacks[k]! += rest;
  const candidates = shares.map((_, k) => k).filter((k) => rests[k]! > 1e-9);
  candidates.sort((a, b) => lacks[b]! - lacks[a]! || a - b);
  const left = n - sizes.reduce((a, b) => a + b, 0);
  for (const k of candidates.slice(0, left)) {
    sizes[k]!++;
    lacks[k]!--;
  }
  return sizes;
}

export interface KFoldOptions {
  /** Number of folds, 2 to n. Default 5. */
  folds?: number;
  /** Shuffles by this seed first; left out, folds are neighbours in order. */
  seed?: number;
}

/** One fold: indices to train on, and to test on. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Every sample is in the test part of one fold; the first n mod k folds have one more. As scikit-learn's KFold without a seed. */
export function kFold(n: number, options: KFoldOptions = {}): Fold[] {
  const where = "kFold";
  const { folds, seed } = withDefaults<{ folds: number; seed: number | undefined }>(
    where,
    { folds: 5, seed: undefined },
    options,
  );
  checkCount(where, "n", n, 2);
  checkCount(where, "folds", folds, 2);
  check(folds <= n, () => `${where}: ${n} samples do not fill ${folds} folds`);
  const fold = Int32Array.from({ length: n }, (_, i) => foldOf(i, n, folds));
  if (seed !== undefined) new Random(checkCount(where, "seed", seed, 0)).shuffle(fold);
  const all = Int32Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: folds }, (_, k) => ({
    train: all.filter((i) => fold[i] !== k),
    test: all.filter((i) => fold[i] === k),
  }));
}

function foldOf(i: number, n: number, folds: number): number {
  const size = Math.floor(n / folds);
  const large = n % folds;
  return i < large * (size + 1) ? Math.floor(i / (size + 1)) : large + Math.floor((i - large * (size + 1)) / size);
}
