/** Apps with sessions, and a model whose raw rows have names. */
import { layers, sequential, type Model } from "../../src/index.js";
import { createApp, openServed, type AppOptions, type ServedModel, type ServerApp } from "../../src/server/index.js";
import { sessions, type SessionsExtension } from "../../src/server/sessions/index.js";
import type { SessionOptions } from "../../src/server/sessions/sessions.js";
import type { Stepper } from "../../src/tasks/view.js";
import { SluiceError } from "../../src/util/errors.js";

export function plainModel(seed = 1): Model {
  const first = layers.gru({ units: 12, inputShape: [null, 3] });
  return sequential([first, layers.dense({ units: 2, activation: "softmax" })], { seed });
}

export async function served(name: string, model: Model = plainModel()): Promise<ServedModel> {
  return openServed({ name, bytes: model.toBytes() });
}

/** Rows of temperature and wind, which are scaled; the answer names the likelier class. */
export const WEATHER: Stepper = {
  fields: [
    { name: "temperature", type: "number", unit: "°C" },
    { name: "humidity", type: "number", unit: "%" },
    { name: "sky", type: "category", values: ["clear", "cloudy"] },
  ],
  rows: { least: 1, most: null },
  outputs: [{ name: "weather", type: "category" }],
  width: 3,
  encode(row, frame, offset = 0) {
    const { temperature, humidity, sky } = row;
    if (typeof temperature !== "number") throw new SluiceError(`temperature: expected a number, got ${String(temperature)}`);
    if (typeof humidity !== "number") throw new SluiceError(`humidity: expected a number, got ${String(humidity)}`);
    if (sky !== "clear" && sky !== "cloudy") throw new SluiceError(`sky: expected clear or cloudy, got ${String(sky)}`);
    frame.set([temperature / 40, humidity / 100, sky === "clear" ? 0 : 1], offset);
  },
  decode: (output, offset, row) => ({
    weather: output[offset]! > output[offset + 1]! ? "dry" : "rain",
    probability: Math.max(output[offset]!, output[offset + 1]!),
    sky: String(row["sky"]),
  }),
}; // prettier-ignore

export interface Made {
  readonly app: ServerApp;
  readonly extension: SessionsExtension;
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json; headers: Headers }>;
}

/** What a test reads of an answer it says itself. */
export type Json = ReturnType<typeof JSON.parse>;

export function appWith(models: readonly ServedModel[], given: Partial<AppOptions> = {}, options: SessionOptions = {}): Made {
  const extension = sessions(options);
  const app = createApp({ models, extensions: [extension], ...given });
  return {
    app,
    extension,
    async ask(method, path, body) {
      const sent = typeof body === "string" ? body : body === undefined ? null : JSON.stringify(body);
      const headers = sent === null ? {} : { "content-type": "application/json" };
      const response = await app.fetch(new Request(`http://localhost${path}`, { method, headers, ...(sent !== null && { body: sent }) }));
      const text = await response.text();
      return { status: response.status, json: text === "" ? null : JSON.parse(text), headers: response.headers };
    },
  };
} // prettier-ignore
