import { Random } from "sluice";
import { check } from "../../util/errors.js";
import type { RegressOptions } from "./options.js";

/** Places of the samples of each part. */
export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Empty where another file is the test part. */
  readonly test: Int32Array;
}

/** By chance, or in the order of the file: training, validation, test. */
export function splitOf(where: string, N: number, what: string, options: RegressOptions): Split {
  const { validation, testData, shuffle, seed } = options;
  const share = testData === undefined ? options.test : 0;
  check(
    validation + share < 1,
    () =>
      `${where}: validation ${validation} and test ${share} leave nothing to train on; together they must be below 1`,
  );
  const sizes = [Math.round(validation * N), Math.round(share * N)] as const;
  const train = N - sizes[0] - sizes[1];
  const enough = train >= 2 && sizes[0] >= 1 && (share === 0 || sizes[1] >= 1);
  check(enough, () => {
    return `${where}: ${N} ${what} are too few for validation ${validation} and test ${share}: training needs 2 of them, each other part 1`;
  });
  const order = Int32Array.from({ length: N }, (_, i) => i);
  if (shuffle) new Random(seed).shuffle(order);
  return {
    train: order.subarray(0, train),
    validation: order.subarray(train, train + sizes[0]),
    test: order.subarray(train + sizes[0]),
  };
}
