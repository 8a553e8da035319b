/** The OpenAPI 3.1 description of the app, made of the models as they are now. */
import type { Extension, ServerContext } from "../context.js";
import { predicts } from "../predict/task-input.js";
import type { ServedModel } from "../served-model.js";
import { generateRequest } from "./generate-schema.js";
import { MODEL_SCHEMA } from "./model-description.js";
import { modelSchemas } from "./model-schemas.js";
import { generateOperation, predictOperation, serverPaths } from "./operations.js";
import { PROBLEM_SCHEMA } from "./responses.js";
import type { Schema } from "./shared.js";

/** Of the API, not of the package: it is raised when clients must change. */
const API_VERSION = "1.0.0";

export function openApi(context: ServerContext, extensions: readonly Extension[]): Schema {
  const { models, limits, basePath, guards } = context;
  const all = models.list();
  const asked = all.filter(({ signature }) => signature === null || predicts(signature));
  const writers = all.filter(({ pipeline }) => pipeline?.task === "generate");
  const described = asked.map((served) => ({ name: served.name, ...modelSchemas(served, limits) }));
  const more = extensions.map((extension) => extension.describe?.(context) ?? { paths: {} });
  const own = described.map((one) => {
    const operation = predictOperation(guards, [one], `predict-${one.name}`, `Ask ${one.name}`);
    return [`/v1/models/${one.name}/predict`, { post: operation }] as const;
  });
  const schemas = described.flatMap(({ name, request, response }) => {
    return [[`${name}.PredictRequest`, request] as const, [`${name}.PredictResponse`, response] as const];
  });
  return {
    openapi: "3.1.0",
    info: { title: "Sluice", version: API_VERSION, description: describeAll(all, models.defaultName) },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    ...(guards.token && { security: [{ bearer: [] }] }),
    paths: {
      ...serverPaths(guards),
      ...(asked.length > 0 && {
        "/v1/predict": { post: predictOperation(guards, described, "predict", "Ask a model") },
      }),
      ...Object.fromEntries(own),
      ...(writers.length > 0 && { "/v1/generate": { post: generateOperation(guards) } }),
      ...Object.assign({}, ...more.map(({ paths }) => paths)),
    },
    components: {
      schemas: {
        Problem: PROBLEM_SCHEMA,
        Model: MODEL_SCHEMA,
        ...(writers.length > 0 && { GenerateRequest: generateRequest(limits.maxLength) }),
        ...Object.fromEntries(schemas),
        ...Object.assign({}, ...more.map((one) => one.schemas ?? {})),
      },
      ...(guards.token && { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } }),
    },
  };
}

const SAMPLES = { row: "a row", rows: "rows in their order", text: "a text", audio: "a recording" } as const;

function describeAll(all: readonly ServedModel[], first: string): string {
  const tell = ({ name, version, signature }: ServedModel) => {
    const what = signature ? `${signature.task}; a sample is ${SAMPLES[signature.sample]}` : "takes and gives arrays";
    return `- **${name}**${name === first ? " (default)" : ""}, version ${version}: ${what}`;
  };
  return `Recurrent networks behind HTTP.\n\n${all.map(tell).join("\n")}`;
}
