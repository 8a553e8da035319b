/**
 * The state of a sequence as a text that its owner carries: base64url of what it is (form, version of the model, when it ends, steps,
 * name of the model, the numbers) and of an HMAC-SHA-256 (RFC 2104) over all of that. Signed, not encrypted: whoever has it can read the
 * numbers, and can go on from it as often as he likes until it ends, but can neither change nor make one.
 */
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import { makeData, type FloatDType, type TensorData } from "../../tensor/dtype.js";
import { check } from "../../util/errors.js";
import { Problem } from "../problem.js";

export interface CarriedState {
  readonly model: string;
  /** 16 hexadecimal digits, as `ServedModel.version`. */
  readonly version: string;
  /** Milliseconds since 1970, whole seconds. */
  readonly expires: number;
  /** Steps that led to it. */
  readonly steps: number;
  /** Little-endian. */
  readonly state: Uint8Array;
}

const FORM = 1;
const MAC = 32;
/** Bytes before the name: form, version, end, steps, the name's length. */
const HEAD = 1 + 8 + 4 + 4 + 1;
/** What else the same secret may sign begins otherwise. */
const PURPOSE = new TextEncoder().encode("sluice session state\n");
const LEAST_SECRET = 32;
const TOKEN = /^[A-Za-z0-9_-]+$/;

export class StateTokens {
  readonly #key: Promise<CryptoKey>;

  /** @param secret of 32 characters or more; default: a random one, so that tokens end with the process */
  constructor(secret?: string) {
    check(secret === undefined || secret.length >= LEAST_SECRET, () => `sessions: secret must have ${LEAST_SECRET} characters or more`); // prettier-ignore
    const bytes = secret === undefined ? crypto.getRandomValues(new Uint8Array(32)) : new TextEncoder().encode(secret);
    this.#key = crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  }

  async sign(carried: CarriedState): Promise<string> {
    const bytes = written(carried);
    const mac = await crypto.subtle.sign("HMAC", await this.#key, signed(bytes));
    const all = new Uint8Array(bytes.length + MAC);
    all.set(bytes);
    all.set(new Uint8Array(mac), bytes.length);
    return textOf(all);
  }

  /** @throws Problem 401 unless this server, or one with its secret, signed it; 410 when it has ended */
  async open(token: unknown, now: number): Promise<CarriedState> {
    const all = typeof token === "string" && TOKEN.test(token) ? bytesOf(token) : null;
    const bytes = all?.subarray(0, -MAC);
    // `verify` takes the same time wherever the first difference is.
    const genuine = all !== null && bytes !== undefined && all.length >= HEAD + MAC && (await crypto.subtle.verify("HMAC", await this.#key, all.slice(-MAC), signed(bytes))); // prettier-ignore
    if (!genuine || bytes === undefined)
      throw new Problem("bad-state", "The state token was not signed by this server, or was changed since.");
    const carried = read(bytes);
    if (carried.expires <= now) {
      const ended = new Date(carried.expires).toISOString();
      throw new Problem("expired-state", `The state token ended at ${ended}; begin anew with POST /v1/sessions.`);
    }
    return carried;
  }
}

const textOf = (bytes: Uint8Array<ArrayBuffer>) => encodeBase64Url(bytes.buffer).replace(/=+$/, "");

function bytesOf(token: string): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = decodeBase64Url(token);
    // The same bytes have one text only: loose bits at the end are no part of it.
    return textOf(bytes) === token ? bytes : null;
  } catch {
    return null;
  }
}

function signed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(PURPOSE.length + bytes.length);
  all.set(PURPOSE);
  all.set(bytes, PURPOSE.length);
  return all;
}

function written({ model, version, expires, steps, state }: CarriedState): Uint8Array {
  const name = new TextEncoder().encode(model);
  const bytes = new Uint8Array(HEAD + name.length + state.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FORM);
  view.setBigUint64(1, BigInt(`0x${version}`));
  view.setUint32(9, Math.floor(expires / 1000));
  view.setUint32(13, steps);
  view.setUint8(17, name.length);
  bytes.set(name, HEAD);
  bytes.set(state, HEAD + name.length);
  return bytes;
}

/** Signed by this server, so it is whole. */
function read(bytes: Uint8Array): CarriedState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = HEAD + view.getUint8(17);
  return {
    model: new TextDecoder().decode(bytes.subarray(HEAD, at)),
    version: view.getBigUint64(1).toString(16).padStart(16, "0"),
    expires: view.getUint32(9) * 1000,
    steps: view.getUint32(13),
    state: bytes.subarray(at),
  };
}

export function bytesOfState(state: TensorData): Uint8Array {
  const bytes = new Uint8Array(state.byteLength);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < state.length; i++)
    if (state instanceof Float64Array) view.setFloat64(i * 8, state[i]!, true);
    else view.setFloat32(i * 4, state[i]!, true);
  return bytes;
}

export function stateOfBytes(bytes: Uint8Array, dtype: FloatDType): TensorData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wide = dtype === "float64";
  const state = makeData(dtype, bytes.length / (wide ? 8 : 4));
  for (let i = 0; i < state.length; i++) state[i] = wide ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true);
  return state;
}
