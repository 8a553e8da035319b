/** Reads the tensors of ONNX's tests by protobufjs's own reflection, and not by the reader that is measured. */
import protobuf from "protobufjs";
import { tensor } from "sluice";

// onnx.proto, message TensorProto: the fields that these tests use.
const { root } = protobuf.parse(`syntax = "proto2";
message TensorProto {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  repeated int32 int32_data = 5 [packed = true];
  optional bytes raw_data = 9;
}`);
const TensorProto = root.lookupType("TensorProto");
const ARRAYS = { 1: Float32Array, 6: Int32Array };

/** @param {Uint8Array} bytes */
export function readTensor(bytes) {
  const { dims, dataType, rawData, floatData, int32Data } = /** @type {any} */ (TensorProto.decode(bytes));
  const Numbers = ARRAYS[/** @type {1 | 6} */ (dataType)];
  if (Numbers === undefined) throw new Error(`a TensorProto of data type ${dataType}`);
  const raw = rawData.length > 0 ? new Numbers(Uint8Array.from(rawData).buffer) : null;
  return tensor(raw ?? Numbers.from(dataType === 1 ? floatData : int32Data), dims.map(Number));
}
