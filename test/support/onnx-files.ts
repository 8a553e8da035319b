/** Small ONNX files with all kinds of content: a ragged two-way LSTM in the middle of other operators, and an If. */
import { modelBytes, nodeProto, tensorProto, valueInfo } from "../../src/interop/onnx/build.js";
import { tensor } from "../../src/tensor/make.js";
import type { Tensor } from "../../src/tensor/tensor.js";

const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1) / 2);
const producer = { name: "test", version: "1" };

export interface SmallFile {
  bytes: Uint8Array;
  inputs: Record<string, Tensor>;
}

export function smallOnnxFiles(): SmallFile[] {
  const [T, B, D, H] = [3, 2, 2, 2];
  const lstm = modelBytes(
    {
      node: [
        nodeProto(
          "LSTM",
          ["X", "W", "R", "B", "lens"],
          ["Y", "", "Y_c"],
          { hidden_size: H, direction: "bidirectional", clip: { float: 3 } },
          "lstm",
        ),
        nodeProto("Transpose", ["Y"], ["turned"], { perm: { ints: [2, 0, 1, 3] } }),
        nodeProto("Constant", [], ["shape"], { value: tensorProto("", "int64", [0, 0, -1], [3]) }),
        nodeProto("Reshape", ["turned", "shape"], ["flat"]),
        nodeProto("MatMul", ["flat", "V"], ["product"]),
        nodeProto("Add", ["product", "v"], ["sum"]),
        nodeProto("Softmax", ["sum"], ["out"], { axis: -1 }),
      ],
      initializer: [
        tensorProto("W", "float32", wave(2 * 4 * H * D), [2, 4 * H, D]),
        tensorProto("R", "float32", wave(2 * 4 * H * H), [2, 4 * H, H]),
        tensorProto("B", "float32", wave(2 * 8 * H), [2, 8 * H]),
        tensorProto("V", "float32", wave(2 * H * 3), [2 * H, 3]),
        tensorProto("v", "float32", wave(3), [3]),
      ],
      input: [valueInfo("X", "float32", ["T", "B", D]), valueInfo("lens", "int32", ["B"])],
      output: [valueInfo("out", "float32", null), valueInfo("Y_c", "float32", null)],
    },
    17,
    producer,
  );
  const branch = (name: string, op: string) => ({
    name,
    node: [nodeProto(op, ["x", "w"], [`${name}_out`])],
    output: [valueInfo(`${name}_out`, "float32", null)],
  });
  const choice = modelBytes(
    {
      node: [
        nodeProto("ReduceSum", ["x"], ["total"], { keepdims: 0 }),
        nodeProto("Greater", ["total", "zero"], ["positive"]),
        nodeProto("If", ["positive"], ["chosen"], { then_branch: branch("a", "Add"), else_branch: branch("b", "Mul") }),
        nodeProto("Slice", ["chosen", "from", "to"], ["y"]),
      ],
      initializer: [
        tensorProto("w", "float32", wave(3), [3]),
        tensorProto("zero", "float32", [0], []),
        tensorProto("from", "int64", [0], [1]),
        tensorProto("to", "int64", [1], [1]),
      ],
      input: [valueInfo("x", "float32", [2, 3])],
      output: [valueInfo("y", "float32", [1, 3])],
    },
    17,
    producer,
  );
  return [
    { bytes: lstm, inputs: { X: tensor(wave(T * B * D), [T, B, D]), lens: tensor([3, 2], [2], "int32") } },
    { bytes: choice, inputs: { x: tensor(wave(6), [2, 3]) } },
  ];
}
