/** The worker: one call after the other begins when it comes; those that wait for something let others go on. */
import { parentPort } from "node:worker_threads";
import type { Call, Method, Methods, Tell, Told } from "./methods.js";

type Does<M extends Method> = (given: never, tell: Tell) => ReturnType<Methods[M]>;

/** Loaded when they are asked for: looking at data needs no models. */
const METHODS: { readonly [M in Method]: () => Promise<Does<M>> } = {
  inspect: async () => (await import("./inspect.js")).inspect,
  windows: async () => (await import("./windows.js")).windows,
  model: async () => (await import("./model.js")).model,
  samples: async () => (await import("./samples.js")).samples,
  inside: async () => (await import("./inside.js")).inside,
  horizon: async () => (await import("./attribute.js")).horizonOf,
  attribution: async () => (await import("./attribute.js")).attributionOf,
  match: async () => (await import("./units.js")).matchOf,
  effects: async () => (await import("./units.js")).effectsOf,
  forecast: async () => (await import("./forecast.js")).forecast,
  generate: async () => (await import("./generate.js")).generate,
  change: async () => (await import("./generate.js")).change,
};

const port = parentPort!;
const answer = (told: Told) => port.postMessage(told);

port.on("message", ({ call, method, given }: Call) => {
  void work(call, method, given);
});

async function work(call: number, method: Method, given: unknown): Promise<void> {
  try {
    const does = await METHODS[method]();
    const result = await does(given as never, (piece) => answer({ call, piece }));
    answer({ call, result });
  } catch (error) {
    answer({ call, error: told(error) });
  }
}

function told(error: unknown): Extract<Told, { error: unknown }>["error"] {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const isSystem = error instanceof Error && "syscall" in error;
  const status = error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : null;
  return { name: isSystem ? "SluiceError" : name, message, stack, status };
}
