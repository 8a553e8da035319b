/** A whole model of a file, or one within another: its layers read and wired up. */
import { input, model, sequential, SluiceError, type Layer, type Model, type SymbolicTensor } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import { CONSTANT_LAYERS } from "./constant-layers.js";
import type { Dialect } from "./dialect.js";
import { Fields, shapeOf } from "./fields.js";
import { makesMask, MASK_ENDS, readGraph, type GraphEntry } from "./graph.js";
import type { LayerReader, ReadContext, ReadLayer } from "./layer-parts.js";
import { PLAIN_LAYERS } from "./plain-layers.js";
import { bidirectionalReader, cellReader, recurrentReader, rnnReader } from "./recurrent-layers.js";
import { below, groupNames, type Slot } from "./slots.js";

/** What the file calls a layer, what became of it, and where its weights go. */
export interface LoadedLayer {
  readonly read: ReadLayer;
  /** Its group below "layers" in a file of Keras 3. */
  readonly group: string;
  slots(): Slot[];
}

export interface LoadedModel {
  readonly model: Model;
  readonly layers: readonly LoadedLayer[];
}

const READERS: Readonly<Record<string, LayerReader>> = {
  ...PLAIN_LAYERS,
  ...CONSTANT_LAYERS,
  GRU: recurrentReader("gru"),
  LSTM: recurrentReader("lstm"),
  SimpleRNN: recurrentReader("simpleRnn"),
  GRUCell: cellReader("gru"),
  LSTMCell: cellReader("lstm"),
  SimpleRNNCell: cellReader("simpleRnn"),
  RNN: rnnReader,
  Bidirectional: bidirectionalReader,
  Sequential: nested,
  Functional: nested,
  Model: nested,
};

/** Classes that a file may hold and that get a weightless entry in the graph. */
export const KNOWN_CLASSES: readonly string[] = [...Object.keys(READERS), "InputLayer"];

const MODELS = ["Sequential", "Functional", "Model"];

/** @param architecture { class_name, config }, as Keras serialises a model */
export function loadModel(architecture: Json, dialect: Dialect, file: string): LoadedModel {
  const stored = new Fields(architecture, file);
  const className = stored.text("class_name");
  check(MODELS.includes(className), () => {
    return `${file}: expected a Sequential or Functional model, got the class ${show(className)}; a subclass of Model is code, which is not in the file`;
  });
  const context = contextOf(dialect);
  return new ModelBuilder(className, stored.get("config"), context, file).build();
}

function contextOf(dialect: Dialect): ReadContext {
  const context: ReadContext = { dialect, read: (stored, where) => readLayer(stored, where, context) };
  return context;
}

/** @throws SluiceError naming a layer that Sluice has no form for */
export function readLayer(stored: Json | undefined, where: string, context: ReadContext): ReadLayer {
  const fields = new Fields(stored, where);
  const className = fields.text("class_name");
  // The old form of a Sequential model is a list of layers.
  const config =
    MODELS.includes(className) && Array.isArray(fields.get("config"))
      ? { layers: fields.get("config")! }
      : fields.get("config");
  const own = new Fields(config, where);
  const name = own.text("name", fields.text("name", ""));
  const label = `${where}: ${className}${name && ` ${show(name)}`}`;
  check(Object.hasOwn(READERS, className), () => refusal(label, className, fields));
  const read = READERS[className]!(new Fields(config, label), context);
  const make: ReadLayer["make"] = (shape, masked) => within(label, () => read.make(shape, masked));
  return { ...read, make, name, className };
}

function refusal(label: string, className: string, fields: Fields): string {
  if (className === "Lambda") return `${label}: a Lambda layer is code, which Sluice does not run`;
  const registered = fields.get("registered_name");
  const module = fields.get("module");
  const builtIn = typeof module !== "string" || /^keras\b/.test(module);
  if (!builtIn || (typeof registered === "string" && registered.includes(">"))) {
    return `${label}: a custom object, whose code is not in the file`;
  }
  return `${label}: there is no such layer here; known: ${KNOWN_CLASSES.join(", ")}`;
}

/** What a layer of Sluice says, with the file's name for it before. */
function within<T>(label: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (cause instanceof SluiceError && !cause.message.startsWith(label)) {
      throw new SluiceError(`${label}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

/** A model within a model. */
function nested(config: Fields, context: ReadContext): Omit<ReadLayer, "name" | "className"> {
  // Which of the two it is, its configuration tells.
  const className = config.get("input_layers") === undefined ? "Sequential" : "Functional";
  let loaded: LoadedModel;
  return {
    make: (shape, masked) => {
      const builder = new ModelBuilder(className, config.value, context, config.where, { shape, masked });
      loaded = builder.build();
      return [loaded.model];
    },
    slots: () => {
      return loaded.layers.flatMap((layer) => below(layer.slots(), `layers/${layer.group}`, loaded.model.trainable));
    },
    conventions: [],
  };
}

class ModelBuilder {
  readonly #config: Fields;
  readonly #layers: LoadedLayer[] = [];

  constructor(
    readonly className: string,
    config: Json | undefined,
    readonly context: ReadContext,
    readonly where: string,
    /** What a model within a model is applied to. */
    readonly given?: { readonly shape: readonly (number | null)[]; readonly masked: boolean },
  ) {
    this.#config = new Fields(Array.isArray(config) ? { layers: config } : config, where);
  }

  build(): LoadedModel {
    const made = this.className === "Sequential" ? this.#sequential() : this.#functional();
    if (this.#config.get("trainable") === false) made.trainable = false;
    return { model: made, layers: this.#layers };
  }

  get #options() {
    const name = this.#config.text("name", "");
    return name === "" ? {} : { name };
  }

  #stored(): Json[] {
    const stored = this.#config.list("layers");
    check(stored.length > 0 && stored.length <= LIMITS.kerasLayers, () => {
      return `${this.where}: expected 1 to ${LIMITS.kerasLayers} layers, got ${stored.length}`;
    });
    return stored;
  }

  #sequential(): Model {
    const stored = this.#stored();
    const first = new Fields(stored[0], `${this.where}: layers[0]`);
    const hasInput = first.text("class_name") === "InputLayer";
    const entries = (hasInput ? stored.slice(1) : stored).map((entry, i) => this.context.read(entry, `${this.where}: layers[${i}]`)); // prettier-ignore
    const shape = this.#inputShape(first);
    const x = inputOf(hasInput ? first : null, shape, entries[0]?.className === "Embedding");
    const chain: Layer[] = [];
    const groups = groupNames(["InputLayer", ...entries.map(({ className }) => className)]).slice(1);
    let h: SymbolicTensor = x;
    let masked = this.given?.masked ?? false;
    for (const [i, read] of entries.entries()) {
      const layers = read.make(h.shape, masked);
      masked = makesMask(read) || (masked && !MASK_ENDS.includes(read.className));
      for (const layer of layers) h = within(labelOf(this.where, read), () => layer.apply(h));
      chain.push(...layers);
      this.#layers.push({ read, group: groups[i]!, slots: () => read.slots(layers) });
    }
    return within(this.where, () => sequential([x, ...chain], this.#options));
  }

  /** Batch included: of an InputLayer, of the first layer, of what Keras notes when it builds, or of the place of use. */
  #inputShape(first: Fields): readonly (number | null)[] {
    const config = first.object("config");
    const found =
      config.get("batch_shape") ??
      config.get("batch_input_shape") ??
      this.#config.get("build_input_shape") ??
      this.given?.shape;
    check(found !== undefined && found !== null, () => {
      return `${this.where}: it does not tell the shape of its input; save it after it has been called once`;
    });
    return shapeOf(found as Json, `${this.where}: input shape`);
  }

  #functional(): Model {
    const stored = this.#stored().map((entry, i) => new Fields(entry, `${this.where}: layers[${i}]`));
    const entries = stored.map((fields): GraphEntry => {
      const className = fields.text("class_name");
      const name = fields.text("name", fields.object("config").text("name", ""));
      if (className === "InputLayer") {
        const config = fields.object("config");
        const shape = config.get("batch_shape") ?? config.get("batch_input_shape");
        return {
          name,
          className,
          fields,
          input: () => inputOf(fields, shapeOf(shape, `${fields.where}: input ${show(name)}`), false),
        };
      }
      if (isOperation(fields)) return { name, className, fields };
      return { name, className, fields, read: this.context.read(entryOf(fields), this.where) };
    });
    const { inputs, outputs, made } = readGraph(
      entries,
      this.#config,
      this.where,
      this.context.dialect,
      this.given?.masked ?? false,
    );
    const layerEntries = entries.filter((entry) => entry.read ?? entry.input);
    const groups = groupNames(layerEntries.map(({ className }) => className));
    for (const [i, { read, name }] of layerEntries.entries()) {
      const layers = made.get(name);
      if (read && layers) this.#layers.push({ read, group: groups[i]!, slots: () => read.slots(layers) });
    }
    return within(this.where, () => model({ inputs, outputs, ...this.#options }));
  }
}

/** Keras 3 notes the operations that make masks as nodes of the graph. */
export function isOperation(fields: Fields): boolean {
  const module = fields.get("module");
  if (typeof module === "string") return /^keras(\.src)?\.ops\b/.test(module);
  return ["NotEqual", "Any"].includes(fields.text("class_name"));
}

function entryOf(fields: Fields): Json {
  return Object.fromEntries(fields.keys.map((key) => [key, fields.get(key)!]));
}

function labelOf(where: string, { className, name }: ReadLayer): string {
  return `${where}: ${className} ${show(name)}`;
}

/** An input of the graph; whole numbers where the file says so, or where an embedding takes them. */
function inputOf(stored: Fields | null, batchShape: readonly (number | null)[], indices: boolean): SymbolicTensor {
  const config = stored?.object("config");
  const dtype = config?.get("dtype");
  const whole = indices || (typeof dtype === "string" && /^u?int/.test(dtype));
  check(
    dtype !== "string",
    () => `${stored!.where}: its input are texts; give a model that starts behind its TextVectorization`,
  );
  const name = config?.text("name", "") ?? "";
  const shape = batchShape.slice(1);
  return within(stored?.where ?? "input", () =>
    input({ shape, dtype: whole ? "int32" : "float32", ...(name && { name }) }),
  );
}
