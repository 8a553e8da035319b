/** The smaller module of pages that only run models: forward kernels, one thread. Numbers as in index.ts. */
import { argPtr } from "./args";
import { axpy, binary, binaryRow, convert, extremeOfInts, fill, where } from "./elementwise";
import { gemm, WORKSPACE } from "./gemm";
import { copyBox, gatherRows, reduce } from "./layout";
import { forwardScratch, recurrentForward } from "./recurrent-forward";
import { layerNorm, softmax } from "./rows";
import { unary } from "./unary";

export { extremeOfInts, forwardScratch };

export function workspaceBytes(): usize {
  return WORKSPACE;
}

export function run(op: i32, _parts: i32): void {
  const workspace = argPtr(63);
  switch (op) {
    case 0: return gemm(0, 1, workspace);
    case 1: return recurrentForward(0, 1, workspace);
    case 3: return unary(0, 1);
    case 5: return binary(0, 1);
    case 6: return binaryRow(0, 1);
    case 7: return fill(0, 1);
    case 8: return axpy(0, 1);
    case 9: return where(0, 1);
    case 11: return convert(0, 1);
    case 13: return reduce(0, 1);
    case 15: return copyBox(0, 1);
    case 16: return gatherRows(0, 1);
    case 18: return softmax(0, 1);
    case 21: return layerNorm(0, 1);
    default: unreachable(); // a gradient: this module has none
  }
}
