/** The messages of onnx.proto that reading and writing use, as `decode` and `encode` (protobuf.ts) have them. */
export type Ints = Float64Array | Int32Array;

export interface ModelProto {
  ir_version?: number;
  opset_import?: OperatorSetIdProto[];
  producer_name?: string;
  producer_version?: string;
  graph?: GraphProto;
  functions?: unknown[];
  metadata_props?: StringStringEntryProto[];
}

export interface OperatorSetIdProto {
  domain?: string;
  version?: number;
}

export interface StringStringEntryProto {
  key?: string;
  value?: string;
}

export interface GraphProto {
  node?: NodeProto[];
  name?: string;
  initializer?: TensorProto[];
  sparse_initializer?: unknown[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
}

export interface NodeProto {
  input?: string[];
  output?: string[];
  name?: string;
  op_type?: string;
  domain?: string;
  attribute?: AttributeProto[];
}

export interface AttributeProto {
  name?: string;
  /** AttributeProto.AttributeType */
  type?: number;
  ref_attr_name?: string;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: Float32Array;
  ints?: Ints;
  strings?: Uint8Array[];
}

export interface ValueInfoProto {
  name?: string;
  type?: { tensor_type?: { elem_type?: number; shape?: { dim?: DimensionProto[] } } };
}

export interface DimensionProto {
  dim_value?: number;
  dim_param?: string;
}

export interface TensorProto {
  dims?: Ints;
  /** TensorProto.DataType */
  data_type?: number;
  name?: string;
  segment?: unknown;
  float_data?: Float32Array;
  double_data?: Float64Array;
  int32_data?: Int32Array;
  int64_data?: Float64Array;
  uint64_data?: Float64Array;
  string_data?: Uint8Array[];
  raw_data?: Uint8Array;
  external_data?: StringStringEntryProto[];
  /** 1 = external */
  data_location?: number;
}
