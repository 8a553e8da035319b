/** The kernels of the sequence edition, by the numbers of SEQUENCE_OP (wasm/sequence-kernels.ts), which begin at 32. */
import { arg } from "../args";
import { decayFactors, decayFactorsGrad } from "./decay";
import { depthwise, depthwiseGrad } from "./depthwise";
import { impute, imputeGrad } from "./impute";
import { gatedScan, gatedScanBackward } from "./gated-scan";
import { normalizedBackward, normalizedBackwardScratch } from "./normalized-backward";
import { normalizedForward, normalizedForwardScratch } from "./normalized-forward";
import { packedBackward, packedBackwardScratch } from "./packed-backward";
import { answerScratch } from "./packed-call";
import { packedForward, packedForwardScratch } from "./packed-forward";

export function performSequence(op: i32, part: i32, parts: i32, workspace: usize): void {
  switch (op) {
    case 32: return impute(part, parts);
    case 33: return imputeGrad(part, parts);
    case 34: return decayFactors(part, parts);
    case 35: return decayFactorsGrad(part, parts);
    case 40: return answerScratch(packedForwardScratch(arg(42)));
    case 41: return packedForward(part, parts, workspace);
    case 42: return answerScratch(packedBackwardScratch());
    case 43: return packedBackward(part, parts, workspace);
    case 50: return gatedScan(part, parts);
    case 51: return gatedScanBackward(part, parts);
    case 52: return depthwise(part, parts);
    case 53: return depthwiseGrad(part, parts);
    case 60: return answerScratch(normalizedForwardScratch(arg(49)));
    case 61: return normalizedForward(part, parts, workspace);
    case 62: return answerScratch(normalizedBackwardScratch(arg(49)));
    case 63: return normalizedBackward(part, parts, workspace);
    default: unreachable();
  }
}
