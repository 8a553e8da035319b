/** Kinds of jobs for the tests of workers. */
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Handler } from "../../../src/distributed/job.js";

/** Rests in steps, as training does. */
const STEP_MS = 50;

/** Notes in a file that it begins and ends, and rests in between. */
const rest: Handler = async (payload, { path, signal, report, worker }) => {
  const { file, ms, name } = payload as { file: string; ms: number; name: string };
  appendFileSync(path(file), `begin ${name} ${worker.name}\n`);
  await report({ name });
  for (let rested = 0; rested < ms; rested += STEP_MS) await wait(Math.min(STEP_MS, ms), undefined, { signal });
  appendFileSync(path(file), `end ${name} ${worker.name}\n`);
  return { name };
};

const read: Handler = async (payload, { path, store }) => {
  const { file, address } = payload as { file?: string; address?: string };
  if (address !== undefined) return Buffer.from(await store.get(address)).toString("utf8");
  return readFileSync(path(file!), "utf8");
};

const poison: Handler = async () => {
  throw new Error("poisoned");
};

/** Takes its process down, as one that needs too much memory. */
const crash: Handler = async () => {
  process.kill(process.pid, "SIGKILL");
  return null;
};

/** Answers a number, after it has rested. */
const add: Handler = async (payload, context) => {
  const { value } = payload as { value: number };
  await rest(payload, context);
  return value;
};

const sum: Handler = async (payload, { children, path, store }) => {
  const { file, store: address } = payload as { file: string; store?: string };
  appendFileSync(path(file), `sum ${JSON.stringify([...children])}\n`);
  if (address !== undefined) await store.get(address);
  return {
    sum: [...children.values()].reduce<number>((sum, value) => sum + Number(value), 0),
    of: [...children.keys()],
  };
};

/** Keeps so many bytes, and answers where. */
const keep: Handler = async (payload, { store }) => {
  const { bytes, value } = payload as { bytes: number; value: number };
  return { kept: await store.put(new Uint8Array(bytes).fill(value)) };
};

/** How long all content is that the payload and the answers before it name. */
const measure: Handler = async (payload, { store, children }) => {
  const addresses = [...children.values(), payload].map((one) => (one as { kept: string }).kept);
  const found = await Promise.all(addresses.map((one) => store.get(one)));
  return found.map(({ length }) => length);
};

export const HANDLERS: Readonly<Record<string, () => Promise<Handler>>> = {
  add: async () => add,
  keep: async () => keep,
  measure: async () => measure,
  sum: async () => sum,
  rest: async () => rest,
  read: async () => read,
  crash: async () => crash,
  poison: async () => poison,
};
