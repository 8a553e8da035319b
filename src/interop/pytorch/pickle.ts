/**
 * A pickle machine (Python's pickletools documents the opcodes) for what `torch.save(module.state_dict())` writes: protocol 2
 * with numbers, texts, tuples, lists, dictionaries, and a closed list of names. It calls nothing: a name outside of the list,
 * and any opcode that could build an object by itself, ends the reading with an error that names it and its offset.
 */
import { check, show, SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";

/** A dictionary in its order; keys are texts or numbers. */
export type PickleDict = Map<unknown, unknown>;

/** What names, calls and persistent ids mean is the reader's business; the machine keeps the order of things. */
export interface PickleWorld {
  /** The value of a global, "torch._utils _rebuild_tensor_v2"; throws for one that is not allowed. */
  global(module: string, name: string, where: string): unknown;
  /** What calling a global gives. */
  reduce(callee: unknown, args: readonly unknown[], where: string): unknown;
  /** What a persistent id stands for. */
  persistent(id: unknown, where: string): unknown;
}

const MARK = Symbol("mark");
type Stack = unknown[];

/** Runs the pickle. @throws SluiceError naming file and offset */
export function readPickle(bytes: Uint8Array, world: PickleWorld, name: string): unknown {
  return new Machine(bytes, world, name).run();
}

class Machine {
  readonly #view: DataView;
  readonly #stack: Stack = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;
  #begin = 0;
  #values = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly world: PickleWorld,
    private readonly name: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get #where(): string {
    return `${this.name}: pickle, byte ${this.#begin}`;
  }

  run(): unknown {
    for (;;) {
      this.#begin = this.#at;
      const opcode = this.#byte();
      if (opcode === 0x2e) return this.#pop(); // STOP
      this.#step(opcode);
      check(++this.#values <= LIMITS.pickleValues, () => `${this.#where}: more than ${LIMITS.pickleValues} steps`);
    }
  }

  #step(opcode: number): void {
    const scalar = this.#scalar(opcode);
    if (scalar !== undefined) this.#stack.push(scalar.value);
    else if (!this.#container(opcode)) this.#special(opcode);
  }

  /** Opcodes that push a number, a text or a constant. */
  #scalar(opcode: number): { value: unknown } | undefined {
    const of = (value: unknown) => ({ value });
    switch (opcode) {
      case 0x4e: return of(null); // NONE
      case 0x88: return of(true); // NEWTRUE
      case 0x89: return of(false); // NEWFALSE
      case 0x4b: return of(this.#byte()); // BININT1
      case 0x4d: return of(this.#read(2, (at) => this.#view.getUint16(at, true))); // BININT2
      case 0x4a: return of(this.#read(4, (at) => this.#view.getInt32(at, true))); // BININT
      case 0x8a: return of(this.#long(this.#byte())); // LONG1
      case 0x47: return of(this.#read(8, (at) => this.#view.getFloat64(at, false))); // BINFLOAT
      case 0x58: return of(this.#text(this.#read(4, (at) => this.#view.getUint32(at, true)))); // BINUNICODE
      case 0x8c: return of(this.#text(this.#byte())); // SHORT_BINUNICODE
      default: return undefined;
    }
  } // prettier-ignore

  /** Opcodes of tuples, lists, dictionaries and the memo; false where the opcode is none of them. */
  #container(opcode: number): boolean {
    const stack = this.#stack;
    switch (opcode) {
      case 0x28: stack.push(MARK); return true; // MARK
      case 0x29: stack.push([]); return true; // EMPTY_TUPLE
      case 0x5d: stack.push([]); return true; // EMPTY_LIST
      case 0x7d: stack.push(new Map()); return true; // EMPTY_DICT
      case 0x74: stack.push(this.#sinceMark()); return true; // TUPLE
      case 0x85: stack.push(this.#popped(1)); return true; // TUPLE1
      case 0x86: stack.push(this.#popped(2)); return true; // TUPLE2
      case 0x87: stack.push(this.#popped(3)); return true; // TUPLE3
      case 0x61: this.#append(this.#popped(1)); return true; // APPEND
      case 0x65: this.#append(this.#sinceMark()); return true; // APPENDS
      case 0x73: this.#set(this.#popped(2)); return true; // SETITEM
      case 0x75: this.#set(this.#sinceMark()); return true; // SETITEMS
      case 0x71: this.#memo.set(this.#byte(), this.#top()); return true; // BINPUT
      case 0x72: this.#memo.set(this.#index(), this.#top()); return true; // LONG_BINPUT
      case 0x68: stack.push(this.#recall(this.#byte())); return true; // BINGET
      case 0x6a: stack.push(this.#recall(this.#index())); return true; // LONG_BINGET
      case 0x94: this.#memo.set(this.#memo.size, this.#top()); return true; // MEMOIZE
      default: return false;
    }
  } // prettier-ignore

  /** Protocol, names, calls and persistent ids. */
  #special(opcode: number): void {
    if (opcode === 0x80) {
      const protocol = this.#byte(); // PROTO
      check(protocol >= 2 && protocol <= 5, () => `${this.#where}: protocol must be 2 to 5, got ${protocol}`);
    } else if (opcode === 0x95)
      this.#read(8, () => 0); // FRAME
    else if (opcode === 0x63)
      this.#stack.push(this.world.global(this.#line(), this.#line(), this.#where)); // GLOBAL
    else if (opcode === 0x93) {
      const [module, name] = this.#popped(2); // STACK_GLOBAL
      check(typeof module === "string" && typeof name === "string", () => `${this.#where}: a name must be text`);
      this.#stack.push(this.world.global(module, name, this.#where));
    } else if (opcode === 0x51)
      this.#stack.push(this.world.persistent(this.#pop(), this.#where)); // BINPERSID
    else if (opcode === 0x52) {
      const [callee, args] = this.#popped(2); // REDUCE
      check(Array.isArray(args), () => `${this.#where}: a call needs a tuple, got ${show(args)}`);
      this.#stack.push(this.world.reduce(callee, args, this.#where));
    } else if (opcode === 0x62) {
      this.#pop(); // BUILD: the attributes of a dictionary, such as a state_dict's _metadata, say nothing of weights
      check(
        this.#top() instanceof Map,
        () => `${this.#where}: refused: it sets attributes of an object that is no dictionary`,
      );
    } else {
      throw new SluiceError(
        `${this.#where}: refused: opcode 0x${opcode.toString(16)} is not used by tensors and containers`,
      );
    }
  }

  #byte(): number {
    return this.#read(1, (at) => this.#view.getUint8(at));
  }

  #index(): number {
    return this.#read(4, (at) => this.#view.getUint32(at, true));
  }

  #read(size: number, get: (at: number) => number): number {
    check(this.#at + size <= this.bytes.length, () => `${this.#where}: the file ends within a value`);
    const value = get(this.#at);
    this.#at += size;
    return value;
  }

  #text(length: number): string {
    check(
      this.#at + length <= this.bytes.length,
      () => `${this.#where}: a text of ${length} bytes does not fit the file`,
    );
    this.#at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.#at - length, this.#at));
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    check(end >= 0, () => `${this.#where}: the file ends within a name`);
    const text = new TextDecoder().decode(this.bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** A whole number of so many bytes, little-endian, two's complement. */
  #long(length: number): number {
    check(length <= 8, () => `${this.#where}: a whole number of ${length} bytes`);
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.#byte()) << BigInt(8 * i);
    return Number(BigInt.asIntN(8 * length, value));
  }

  #pop(): unknown {
    check(this.#stack.length > 0, () => `${this.#where}: the stack is empty`);
    const value = this.#stack.pop();
    check(value !== MARK, () => `${this.#where}: a mark where a value is needed`);
    return value;
  }

  #top(): unknown {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  #popped(count: number): unknown[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #sinceMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    check(mark >= 0, () => `${this.#where}: there is no mark`);
    const values = this.#stack.splice(mark);
    return values.slice(1);
  }

  #append(values: readonly unknown[]): void {
    const list = this.#top();
    check(Array.isArray(list), () => `${this.#where}: appends to what is no list`);
    for (const value of values) list.push(value);
  }

  #set(pairs: readonly unknown[]): void {
    const dict = this.#top();
    check(dict instanceof Map && pairs.length % 2 === 0, () => `${this.#where}: sets items of what is no dictionary`);
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  #recall(index: number): unknown {
    check(this.#memo.has(index), () => `${this.#where}: nothing was kept under ${index}`);
    return this.#memo.get(index);
  }
}
