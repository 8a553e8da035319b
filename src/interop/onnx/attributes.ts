/** The attributes of a node, typed as the file says and read as the operator expects. */
import { check, show } from "../../util/errors.js";
import { ENUMS } from "./definitions.js";
import type { OnnxGraph } from "./graph.js";
import type { AttributeProto } from "./messages.js";
import type { Value } from "./value.js";

const Types = ENUMS["AttributeProto.AttributeType"];

/** The field of AttributeProto that each type is in. */
const FIELDS: Readonly<Record<number, keyof AttributeProto>> = {
  [Types.FLOAT]: "f",
  [Types.INT]: "i",
  [Types.STRING]: "s",
  [Types.TENSOR]: "t",
  [Types.GRAPH]: "g",
  [Types.FLOATS]: "floats",
  [Types.INTS]: "ints",
  [Types.STRINGS]: "strings",
};
/** Lists without entries, and zeros, need not be in the file. */
const EMPTY: Readonly<Record<number, unknown>> = {
  [Types.FLOAT]: 0,
  [Types.INT]: 0,
  [Types.STRING]: "",
  [Types.FLOATS]: [],
  [Types.INTS]: [],
  [Types.STRINGS]: [],
};

type Content = number | string | readonly number[] | readonly string[] | Value | OnnxGraph;

/** Reads what is a message itself: a tensor or a graph. */
export interface AttributeReaders {
  tensor(proto: NonNullable<AttributeProto["t"]>, name: string): Value;
  graph(proto: NonNullable<AttributeProto["g"]>, name: string): OnnxGraph;
}

export class Attributes {
  readonly #entries = new Map<string, { type: number; value: Content }>();

  constructor(list: readonly AttributeProto[], readers: AttributeReaders, where: string) {
    for (const proto of list) {
      const name = proto.name ?? "";
      check(
        name !== "" && !this.#entries.has(name),
        () => `${where}: attribute ${show(name)} has no name or comes twice`,
      );
      check(!proto.ref_attr_name, () => `${where}: attribute ${name} refers to a function's, which is not supported`);
      const type = proto.type ?? 0;
      this.#entries.set(name, { type, value: contentOf(proto, type, readers, `${where}: attribute ${name}`) });
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  int(name: string, otherwise?: number): number {
    return this.#get(name, Types.INT, otherwise) as number;
  }

  float(name: string, otherwise?: number): number {
    return this.#get(name, Types.FLOAT, otherwise) as number;
  }

  string(name: string, otherwise?: string): string {
    return this.#get(name, Types.STRING, otherwise) as string;
  }

  ints(name: string, otherwise?: readonly number[]): readonly number[] {
    return this.#get(name, Types.INTS, otherwise) as readonly number[];
  }

  floats(name: string, otherwise?: readonly number[]): readonly number[] {
    return this.#get(name, Types.FLOATS, otherwise) as readonly number[];
  }

  strings(name: string, otherwise?: readonly string[]): readonly string[] {
    return this.#get(name, Types.STRINGS, otherwise) as readonly string[];
  }

  tensor(name: string): Value {
    return this.#get(name, Types.TENSOR) as Value;
  }

  graph(name: string): OnnxGraph {
    return this.#get(name, Types.GRAPH) as OnnxGraph;
  }

  graphs(): OnnxGraph[] {
    return [...this.#entries.values()]
      .filter(({ type }) => type === Types.GRAPH)
      .map(({ value }) => value as OnnxGraph);
  }

  #get(name: string, type: number, otherwise?: Content): Content {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      check(otherwise !== undefined, () => `the attribute ${name} is missing`);
      return otherwise;
    }
    check(entry.type === type, () => `the attribute ${name} must be ${typeName(type)}, got ${typeName(entry.type)}`);
    return entry.value;
  }
}

function contentOf(proto: AttributeProto, type: number, readers: AttributeReaders, where: string): Content {
  const field = FIELDS[type];
  check(field !== undefined, () => `${where}: ${typeName(type)} is not supported`);
  const value = proto[field];
  const others = Object.values(FIELDS).filter((name) => name !== field && proto[name] !== undefined);
  check(others.length === 0, () => `${where}: is ${typeName(type)}, but has the field ${others[0]!} too`);
  if (value === undefined) {
    check(type in EMPTY, () => `${where}: is ${typeName(type)}, but has none`);
    return EMPTY[type] as Content;
  }
  if (field === "t") return readers.tensor(proto.t!, proto.name!);
  if (field === "g") return readers.graph(proto.g!, proto.name!);
  if (field === "s") return text(proto.s!, where);
  if (field === "strings") return proto.strings!.map((bytes) => text(bytes, where));
  return typeof value === "number" ? value : Array.from(value as ArrayLike<number>);
}

function text(bytes: Uint8Array, where: string): string {
  const decoded = new TextDecoder().decode(bytes);
  check(!decoded.includes("\uFFFD"), () => `${where}: a string that is not UTF-8`);
  return decoded;
}

const typeName = (type: number): string =>
  Object.entries(Types).find(([, value]) => value === type)?.[0] ?? `type ${type}`;
