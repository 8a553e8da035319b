import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { input, layers, model } from "../../src/index.js";
import { appWith, served, WEATHER } from "./session-support.js";

test("the description knows the sessions of each model that can be run step by step, and is valid", async () => {
  const [a, b] = [input({ shape: [null, 2], name: "a" }), input({ shape: [null, 1], name: "b" })];
  const h = layers.gru({ units: 4 }).apply(layers.concatenate().apply([a, b]));
  const several = model({ inputs: [a, b], outputs: [layers.dense({ units: 2 }).apply(h), h], seed: 7 });
  const models = [{ ...(await served("weather")), stepper: WEATHER }, await served("several", several), await served("m")]; // prettier-ignore
  const { ask } = appWith(models);
  const { json } = await ask("GET", "/openapi.json");
  const { valid, errors } = await new Validator().validate(structuredClone(json));
  assert.ok(valid, JSON.stringify(errors));
  const { schemas } = json.components;
  assert.deepEqual(Object.keys(schemas["weather.StepRequest"].properties), ["row", "rows", "values"]);
  assert.deepEqual(schemas["weather.StepRequest"].properties.row.required, ["temperature", "humidity", "sky"]);
  assert.deepEqual(schemas["several.StepRequest"].properties.values.anyOf[0].required, ["a", "b"]);
  assert.equal(schemas["m.StepRequest"].properties.values.anyOf[0].minItems, 3);
  assert.deepEqual(Object.keys(json.paths["/v1/stream"].get.responses), ["101", "400", "403", "404", "422", "426", "500", "503"]); // prettier-ignore
  const examples = (name: string) => schemas[`${name}.StepRequest`].examples[0];
  assert.deepEqual(examples("weather"), { row: { temperature: 0, humidity: 0, sky: "clear" } });
  assert.deepEqual(examples("several"), { values: { a: [0, 0], b: [0] } });
  assert.deepEqual(examples("m"), { values: [0, 0, 0] });
  for (const { name } of models) {
    const { status } = await ask("POST", "/v1/sessions", { model: name, ...examples(name) });
    assert.equal(status, 201, name);
  }
  const { responses } = json.paths["/v1/step"].post;
  assert.deepEqual(Object.keys(responses), ["200", "400", "401", "404", "409", "410", "413", "415", "422", "500", "503"]); // prettier-ignore
});
