import { kernelsReady } from "../../ops/backend.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { openModelFile, type ModelSource } from "../model-file.js";
import { ExternalFiles } from "./external.js";
import { readGraph, type OnnxGraph } from "./graph.js";
import type { GraphProto, ModelProto, TensorProto } from "./messages.js";
import { OnnxModel } from "./onnx-model.js";
import { decode } from "./protobuf.js";

/** Versions of the default operator set whose operators mean here what they say. */
const OPSETS = { least: 7, most: 25 };

export interface ReadOnnx {
  readonly graph: OnnxGraph;
  readonly opset: number;
  readonly where: string;
  readonly producer: string;
  /** Nodes whose operator is not known. */
  readonly unsupported: readonly string[];
}

/**
 * Reads an ONNX model: GRU, LSTM and RNN in every convention that ONNX can state, and the operators round them in exports of Keras and
 * PyTorch. The weights stay in the file's bytes until they are used.
 * @param source a path (Node), a URL, or the file's bytes
 * @returns a model whose `predict` takes and gives ONNX's own names
 * @throws SluiceError naming the file and the offset, tensor or node: for what is cut off or inconsistent, for operators that are
 *   not known, and for external data outside of the model's folder
 */
export async function fromOnnx(source: ModelSource): Promise<OnnxModel> {
  const read = await readOnnx("fromOnnx", source);
  check(read.unsupported.length === 0, () => {
    return `${read.where}: operators that are not known: ${read.unsupported.slice(0, 8).join(", ")}`;
  });
  await kernelsReady("float32");
  return new OnnxModel(read);
}

export async function readOnnx(verb: string, source: ModelSource): Promise<ReadOnnx> {
  const { bytes, name: where } = await openModelFile(verb, source);
  const proto = decode<ModelProto>(bytes, "ModelProto", where);
  check(proto.graph !== undefined, () => `${where}: holds no graph; is it an ONNX file?`);
  check((proto.functions ?? []).length === 0, () => `${where}: holds functions; inline them with onnx.inliner before`);
  const opset = opsetOf(proto, where);
  const base = source instanceof Uint8Array || source instanceof ArrayBuffer ? null : source;
  const external = await readExternal(proto.graph, new ExternalFiles(base), where);
  const unsupported: string[] = [];
  try {
    const graph = readGraph(proto.graph, { where, external, unsupported }, new Set());
    const producer = [proto.producer_name, proto.producer_version].filter(Boolean).join(" ");
    return { graph, opset, where, producer, unsupported };
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError(`${where}: ${(cause as Error).message}`, { cause });
  }
}

function opsetOf({ opset_import = [] }: ModelProto, where: string): number {
  const own = opset_import.filter(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  check(own.length === 1, () => `${where}: names ${own.length} versions of ONNX's operator set, expected one`);
  const opset = own[0]!.version ?? 0;
  check(opset >= OPSETS.least && opset <= OPSETS.most, () => {
    return `${where}: opset ${opset}; known are ${OPSETS.least} to ${OPSETS.most}`;
  });
  return opset;
}

/** The bytes of all tensors that are kept in other files, those of subgraphs included. */
async function readExternal(
  graph: GraphProto,
  files: ExternalFiles,
  where: string,
): Promise<Map<TensorProto, Uint8Array>> {
  const found = new Map<TensorProto, Uint8Array>();
  const visit = async (proto: GraphProto): Promise<void> => {
    const attributes = (proto.node ?? []).flatMap(({ attribute }) => attribute ?? []);
    const tensors = [...(proto.initializer ?? []), ...attributes.flatMap(({ t }) => t ?? [])];
    for (const tensor of tensors) {
      const bytes = await files.read(tensor, `${where}: tensor ${show(tensor.name ?? "")}`);
      if (bytes) found.set(tensor, bytes);
    }
    for (const { g } of attributes) if (g) await visit(g);
  };
  await visit(graph);
  return found;
}
