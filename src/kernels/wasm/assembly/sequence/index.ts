/** The kernels of the sequence edition, by the numbers of SEQUENCE_OP (wasm/sequence-kernels.ts), which begin at 32. */

export function performSequence(op: i32, part: i32, parts: i32, workspace: usize): void {
  switch (op) {
    default: unreachable();
  }
}
