/** The wiring of a Functional model, in Keras 3's form ({args, kwargs} with keras_history) and Keras 2's ([[name, use, output, kwargs]]). */
import { layers, type Layer, type SymbolicTensor } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Dialect } from "./dialect.js";
import { Fields } from "./fields.js";
import { MULTIPLY } from "./mask-differences.js";
import type { ReadLayer } from "./layer-parts.js";

/** One of the three: an input, a layer, or (neither) an operation. */
export interface GraphEntry {
  readonly name: string;
  readonly className: string;
  readonly fields: Fields;
  readonly input?: () => SymbolicTensor;
  readonly read?: ReadLayer;
}

/** Output `output` of use `use` of the layer. */
interface Reference {
  readonly layer: string;
  readonly use: number;
  readonly output: number;
}

interface Use {
  readonly entry: GraphEntry;
  /** What is computed with, initial states last. */
  readonly inputs: readonly Reference[];
  readonly mask: Reference | null;
}

export interface WiredGraph {
  readonly inputs: SymbolicTensor[];
  readonly outputs: SymbolicTensor[];
  /** The layers of each entry that is used, by its name. */
  readonly made: ReadonlyMap<string, readonly Layer[]>;
}

/** Where a use of a layer stands. */
const keyOf = (layer: string, use: number) => `${use}:${layer}`;

/**
 * @param dialect Keras 3 gives a recurrent layer that is called with initial states no mask
 * @param masked whether masks come with the inputs, for a model within a model
 */
export function readGraph(
  entries: readonly GraphEntry[],
  config: Fields,
  where: string,
  dialect: Dialect,
  masked: boolean,
): WiredGraph {
  return new Wiring(entries, where, dialect, masked).wire(config);
}

class Wiring {
  readonly #uses = new Map<string, Use>();
  readonly #values = new Map<string, readonly SymbolicTensor[]>();
  readonly #made = new Map<string, Layer[]>();
  /** Models whose uses count from 1. */
  readonly #shifted = new Set<string>();
  #unmasked = 0;
  /** What each tensor's mask was made of, as "use:layer:output" of the tensors that were compared with a value. */
  readonly #masks = new Map<string, ReadonlySet<string>>();

  constructor(
    entries: readonly GraphEntry[],
    readonly where: string,
    readonly dialect: Dialect,
    readonly masked: boolean,
  ) {
    const names = new Set<string>();
    for (const entry of entries) {
      check(!names.has(entry.name), () => `${where}: two layers are named ${show(entry.name)}`);
      names.add(entry.name);
      const uses = entry.input
        ? [{ entry, inputs: [], mask: null }]
        : entry.fields.list("inbound_nodes").map((node) => useOf(entry, node));
      for (const [i, use] of uses.entries()) this.#uses.set(keyOf(entry.name, i), use);
    }
    this.#shiftModels();
  }

  /** A model within a model may have a first use, its own definition, which is not among the nodes; where it counts differs by version. */
  #shiftModels(): void {
    const first = new Set(
      [...this.#uses.values()].flatMap((use) => [...use.inputs].filter((r) => r.use === 0)).map((r) => r.layer),
    );
    const models = new Set(
      [...this.#uses.values()]
        .map(({ entry }) => entry)
        .filter(({ className }) => ["Functional", "Model", "Sequential"].includes(className)),
    );
    for (const { name } of models) {
      if (first.has(name)) continue;
      this.#shifted.add(name);
    }
  }

  wire(config: Fields): WiredGraph {
    const inputs = referencesOf(config.get("input_layers"), `${this.where}: input_layers`);
    const outputs = referencesOf(config.get("output_layers"), `${this.where}: output_layers`);
    check(inputs.length > 0 && outputs.length > 0, () => `${this.where}: it has no inputs or no outputs`);
    // An output that is the first use of a nested model says that its uses count from 0.
    for (const { layer, use } of outputs) if (use === 0) this.#shifted.delete(layer);
    for (const reference of [...inputs, ...outputs]) this.#compute(reference);
    return {
      inputs: inputs.map((r) => this.#tensor(r)),
      outputs: outputs.map((r) => this.#tensor(r)),
      made: this.#made,
    };
  }

  /** Depth first with a stack of its own, so that a long chain does not overflow the call stack. */
  #compute(wanted: Reference): void {
    const stack = [this.#resolve(wanted)];
    const waiting = new Set<string>();
    while (stack.length > 0) {
      const reference = stack.at(-1)!;
      const key = keyOf(reference.layer, reference.use);
      const use = this.#uses.get(key);
      check(use !== undefined, () => `${this.where}: no use ${reference.use} of a layer ${show(reference.layer)}`);
      const needed = [...use.inputs, ...(use.mask ? [use.mask] : [])].map((r) => this.#resolve(r));
      const open = this.#values.has(key) ? [] : needed.filter((r) => !this.#values.has(keyOf(r.layer, r.use)));
      if (open.length === 0) {
        stack.pop();
        waiting.delete(key);
        if (!this.#values.has(key)) this.#values.set(key, this.#call(key, use));
        continue;
      }
      check(!waiting.has(key), () => `${this.where}: layer ${show(reference.layer)} needs its own output`);
      waiting.add(key);
      stack.push(...open);
    }
  }

  #resolve(reference: Reference): Reference {
    return this.#shifted.has(reference.layer) ? { ...reference, use: reference.use - 1 } : reference;
  }

  #call(key: string, { entry, inputs, mask }: Use): readonly SymbolicTensor[] {
    if (entry.input) {
      if (this.masked) this.#masks.set(`${key}:0`, new Set([key]));
      return [entry.input()];
    }
    const { read } = entry;
    const came = inputs.map((r) => tensorKey(this.#resolve(r)));
    if (!read) {
      const made = entry.className === "NotEqual" ? came : came.flatMap((r) => [...(this.#masks.get(r) ?? [])]);
      this.#masks.set(`${key}:0`, new Set(made));
      return [];
    }
    const label = `${this.where}: ${entry.className} ${show(entry.name)}`;
    const tensors = inputs.map((r) => this.#tensor(r));
    const multiplies = this.dialect === "keras3" && entry.className === "Multiply";
    check(!multiplies || !this.#isMasked(came), () => `${label}: ${MULTIPLY}`);
    this.#checkMask(label, came, mask);
    const chain = this.#made.get(entry.name) ?? read.make(tensors[0]?.shape ?? [], this.#isMasked(came));
    this.#made.set(entry.name, chain);
    const maskless = this.#isMaskless(entry, came, mask);
    if (maskless) tensors[0] = unmasked(entry, this.#unmasked++, tensors[0]!);
    const outputs = apply(label, chain, tensors);
    const own = maskless ? new Set([LOST]) : masksOf(entry, came, this.#masks);
    for (const i of outputs.keys()) this.#masks.set(`${key}:${i}`, own);
    return outputs;
  }

  #isMasked(came: readonly string[]): boolean {
    return came.some((r) => (this.#masks.get(r)?.size ?? 0) > 0);
  }

  /** Whether a mask would come with the sequence that Keras does not hand on. */
  #isMaskless({ className, name }: GraphEntry, came: readonly string[], mask: Reference | null): boolean {
    const sources = this.#masks.get(came[0] ?? "") ?? new Set();
    check(!sources.has(LOST) || !USES_MASKS.includes(className), () => {
      return `${this.where}: ${className} ${show(name)}: Keras hands it a mask from before a layer that was called with initial states; Sluice's ends there`;
    });
    return (
      this.dialect === "keras3" && RECURRENT.includes(className) && came.length > 1 && mask === null && sources.size > 0
    );
  }

  /** A mask that is the one that comes with the input anyway is left to Sluice, which works it out itself. */
  #checkMask(label: string, came: readonly string[], mask: Reference | null): void {
    if (mask === null) return;
    const given = this.#masks.get(tensorKey(this.#resolve(mask)));
    const own = new Set(came.flatMap((r) => [...(this.#masks.get(r) ?? [])]));
    const same = given !== undefined && given.size > 0 && [...given].every((source) => own.has(source));
    check(same, () => `${label}: it is called with a mask of its own, which has no form here`);
  }

  #tensor(reference: Reference): SymbolicTensor {
    const resolved = this.#resolve(reference);
    const tensor = this.#values.get(keyOf(resolved.layer, resolved.use))?.[reference.output];
    check(tensor !== undefined, () => {
      const entry = this.#uses.get(keyOf(resolved.layer, resolved.use))?.entry;
      if (entry && !entry.read && !entry.input)
        return `${this.where}: the operation ${entry.className} ${show(entry.name)} has no form here`;
      return `${this.where}: there is no output ${reference.output} of use ${reference.use} of layer ${show(reference.layer)}`;
    });
    return tensor;
  }
}

const tensorKey = ({ layer, use, output }: Reference) => `${keyOf(layer, use)}:${output}`;

function apply(label: string, chain: readonly Layer[], inputs: SymbolicTensor[]): SymbolicTensor[] {
  try {
    return chain.reduce<SymbolicTensor[]>((tensors, layer) => layer.apply(tensors, "all"), inputs);
  } catch (cause) {
    if (cause instanceof SluiceError) throw new SluiceError(`${label}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** Stands for a mask that Keras would still know of and Sluice does not. */
const LOST = "lost";
const RECURRENT = ["GRU", "LSTM", "SimpleRNN", "RNN", "Bidirectional"];
const USES_MASKS = [...RECURRENT, "GlobalAveragePooling1D", "Softmax"];

/** The same sequence behind a layer at which masks end. */
function unmasked({ name }: GraphEntry, i: number, x: SymbolicTensor): SymbolicTensor {
  const D = x.shape.at(-1)!;
  return layers.reshape({ targetShape: [-1, D], name: `${name}_unmasked_${i}` }).apply(x);
}

export const MASK_ENDS = [
  "Flatten",
  "Reshape",
  "RepeatVector",
  "Conv1D",
  "GlobalAveragePooling1D",
  "GlobalMaxPooling1D",
];

/** The sources of the mask that a layer's outputs carry. */
function masksOf(
  { className, read }: GraphEntry,
  came: readonly string[],
  known: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  if (makesMask(read!)) return new Set(came);
  if (MASK_ENDS.includes(className)) return new Set();
  return new Set(came.flatMap((r) => [...(known.get(r) ?? [])]));
}

export function makesMask({ className, conventions }: ReadLayer): boolean {
  return className === "Masking" || (className === "Embedding" && conventions.includes(MASK_ZERO));
}

/** What the reader of an Embedding says of it. */
export const MASK_ZERO = "index 0 is masked";

/** One entry of inbound_nodes. */
function useOf(entry: GraphEntry, node: Json): Use {
  const where = entry.fields.where;
  if (Array.isArray(node)) return oldUse(entry, node, where);
  const call = new Fields(node, `${where}: inbound_nodes`);
  const kwargs = call.object("kwargs");
  check(
    kwargs.get("training") !== true,
    () => `${where}: it is called with training: true, so that it drops at inference too`,
  );
  const args = call.list("args");
  const states = kwargs.get("initial_state") ?? null;
  const inputs = [...args, states].flatMap((value) => tensorsIn(value, where));
  const mask = tensorsIn(kwargs.get("mask") ?? null, where)[0] ?? null;
  return { entry, inputs, mask };
}

/** [[name, use, output, kwargs], …]; a layer with several inputs has several entries, initial states among them. */
function oldUse(entry: GraphEntry, node: readonly Json[], where: string): Use {
  const inputs = node.map((reference) => referenceOf(reference, where));
  const states = node.flatMap((reference) => {
    const kwargs = (reference as Json[])[3];
    if (kwargs === undefined || kwargs === null) return [];
    const fields = new Fields(kwargs, where);
    check(
      fields.get("training") !== true,
      () => `${where}: it is called with training: true, so that it drops at inference too`,
    );
    check(
      !Array.isArray(fields.get("mask")),
      () => `${where}: it is called with a mask of its own, which has no form here`,
    );
    const given = fields.get("initial_state");
    return given === undefined || given === null ? [] : referencesOf(given, where);
  });
  return { entry, inputs: [...inputs, ...states], mask: null };
}

/** The tensors among the arguments of a call, in order. */
function tensorsIn(value: Json, where: string): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item) => tensorsIn(item, where));
  if (typeof value !== "object" || value === null || value["class_name"] !== "__keras_tensor__") return [];
  return [referenceOf(new Fields(value, where).object("config").get("keras_history")!, where)];
}

function referenceOf(value: Json | undefined, where: string): Reference {
  const [layer, use, output] = Array.isArray(value) ? value : [];
  const fits = typeof layer === "string" && Number.isInteger(use) && Number.isInteger(output);
  check(fits, () => `${where}: expected [layer, use, output], got ${show(value)}`);
  return { layer: layer as string, use: use as number, output: output as number };
}

/** One reference, or lists and objects of them. */
function referencesOf(value: Json | undefined, where: string): Reference[] {
  if (Array.isArray(value) && typeof value[0] !== "string") return value.flatMap((item) => referencesOf(item, where));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.values(value).flatMap((item) => referencesOf(item, where));
  }
  return [referenceOf(value, where)];
}
