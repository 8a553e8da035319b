/** What the loader calls: `run` performs a kernel whose arguments lie in the block (args.ts), by the numbers of operations.ts. */
import { argPtr } from "./args";
import { axpy, binary, binaryRow, clip, convert, dropoutMask, extremeOfInts, fill, findNonFinite, sumSquares, where } from "./elementwise"; // prettier-ignore
import { gemm, WORKSPACE } from "./gemm";
import { argMax, copyBox, gatherRows, reduce, scatterAddRows } from "./layout";
import { adagrad, adam, rmsprop, sgd } from "./optimizers";
import { backwardScratch, recurrentBackward } from "./recurrent-backward";
import { forwardScratch, recurrentForward } from "./recurrent-forward";
import { performSequence } from "./sequence/index";
import { layerNorm, layerNormGrad, softmax, softmaxGrad, sparseCrossEntropyGrad } from "./rows";
import { finish, jobNumber, jobOperation, jobParts, join, nextJob, post, setMayWait } from "./threads";
import { unary, unaryGrad } from "./unary";

export { backwardScratch, extremeOfInts, findNonFinite, forwardScratch, setMayWait, sumSquares };

export function workspaceBytes(): usize {
  return WORKSPACE;
}

/** Slot 63 holds the workspaces of all threads. */
function perform(op: i32, part: i32, parts: i32): void {
  const workspace = argPtr(63) + <usize>part * WORKSPACE;
  switch (op) {
    case 0: return gemm(part, parts, workspace);
    case 1: return recurrentForward(part, parts, workspace);
    case 2: return recurrentBackward(part, parts, workspace);
    case 3: return unary(part, parts);
    case 4: return unaryGrad(part, parts);
    case 5: return binary(part, parts);
    case 6: return binaryRow(part, parts);
    case 7: return fill(part, parts);
    case 8: return axpy(part, parts);
    case 9: return where(part, parts);
    case 10: return clip(part, parts);
    case 11: return convert(part, parts);
    case 12: return dropoutMask(part, parts);
    case 13: return reduce(part, parts);
    case 14: return argMax(part, parts);
    case 15: return copyBox(part, parts);
    case 16: return gatherRows(part, parts);
    case 17: return scatterAddRows(part, parts);
    case 18: return softmax(part, parts);
    case 19: return softmaxGrad(part, parts);
    case 20: return sparseCrossEntropyGrad(part, parts);
    case 21: return layerNorm(part, parts);
    case 22: return layerNormGrad(part, parts);
    case 23: return sgd(part, parts);
    case 24: return adam(part, parts);
    case 25: return rmsprop(part, parts);
    case 26: return adagrad(part, parts);
    default: if (SEQUENCES) performSequence(op, part, parts, workspace);
  }
}

/** Runs a kernel on `parts` threads, this one included. */
export function run(op: i32, parts: i32): void {
  if (parts > 1) post(op, parts);
  if (op >= 0) perform(op, 0, parts);
  if (parts > 1) join(parts);
}

/** The number of the last job, from which a new thread starts to listen. */
export function lastJob(): i32 {
  return ASC_FEATURE_THREADS ? jobNumber() : 0;
}

/** The life of another thread: every job after number `job`, until a negative operation says to leave. */
export function work(part: i32, job: i32): void {
  if (!ASC_FEATURE_THREADS) return;
  for (;;) {
    job = nextJob(job);
    const op = jobOperation();
    if (op >= 0) perform(op, part, jobParts());
    finish();
    if (op < 0) return;
  }
}
