/** One page for people: what there is, and how to ask. */
import type { ServerContext } from "../context.js";
import { describeModel, type ModelDescription } from "../models/describe.js";
import { modelSchemas } from "./model-schemas.js";

/** Nothing is loaded, nothing is run; the style stands in the page. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"; // prettier-ignore

const escape = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1d2733,#e6eaef);--soft:light-dark(#566373,#9fabb8);--line:light-dark(#dde3ea,#2d3742);
--paper:light-dark(#fff,#12171d);--tint:light-dark(#f4f6f9,#1a2129);--link:light-dark(#0b5cad,#7ab8ff)}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.5rem 0 .25rem}
p{margin:.25rem 0 .75rem;color:var(--soft)}a{color:var(--link)}code,pre{font:13px/1.55 ui-monospace,monospace}
pre{background:var(--tint);border:1px solid var(--line);border-radius:8px;padding:.75rem 1rem;overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;table-layout:fixed;margin:0 0 1rem}th:nth-child(2){width:22%}th:nth-child(3){width:40%}td{overflow-wrap:anywhere}th{text-align:left;font-weight:600;color:var(--soft)}
th,td{padding:.35rem 1rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}.wide{overflow-x:auto}
.tag{font-size:.75rem;border:1px solid var(--line);border-radius:99px;padding:.1rem .5rem;margin-left:.5rem;color:var(--soft);vertical-align:middle}`;

/** @param origin as the client called the server, such as "http://127.0.0.1:8080" */
export function page(context: ServerContext, origin: string): string {
  const { models, basePath } = context;
  const sections = models.list().map((served) => {
    const described = describeModel(served, served.name === models.defaultName);
    return section(described, modelSchemas(served, context.limits).example, context, origin);
  });
  const links = ["openapi.json", "v1/models", "metrics", "healthz", "readyz"].map(
    (path) => `<a href="${basePath}/${path}">${path}</a>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sluice</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>${STYLE}</style></head>
<body><main><h1>Sluice</h1><p>${links.join(" · ")}</p>${sections.join("")}</main></body></html>`;
}

function section(
  model: ModelDescription,
  example: unknown,
  { basePath, guards }: ServerContext,
  origin: string,
): string {
  const { name, version, task, inputs, outputs, step, steppable, parameters, rows } = model;
  const generates = task === "generate";
  const body = JSON.stringify(generates ? { prompt: "", length: 200, stream: true } : example);
  const address = `${basePath}/v1/models/${name}/${generates ? "generate" : "predict"}`;
  const call = [
    `curl ${origin}${address}`,
    ...(guards.token ? ['-H "authorization: Bearer $SLUICE_TOKEN"'] : []),
    '-H "content-type: application/json"',
    `-d '${body.replaceAll("'", "'\\''")}'`,
  ].join(" \\\n  ");
  const facts = [
    task ?? "arrays",
    `${parameters.toLocaleString("en")} parameters`,
    ...(rows && rows.least > 1 ? [`${rows.least} rows at least`] : []),
    steppable ? "can be stepped" : "cannot be stepped",
    `version ${version}`,
  ];
  return `<h2>${escape(name)}${model.default ? '<span class="tag">default</span>' : ""}</h2><p>${escape(facts.join(" · "))}</p>
${table("Takes", inputs)}${table("Gives", outputs)}<pre>${escape(call)}</pre>${stepTables(step)}`;
}

/** What a session takes and answers, row by row; of a text these are words or characters. */
function stepTables(step: ModelDescription["step"]): string {
  if (step === null) return "";
  const body = JSON.stringify({ row: step.example });
  return `${table("A step takes", step.fields)}${table("A step gives", step.outputs)}<pre>${escape(`POST v1/sessions/…/step ${body}`)}</pre>`;
}

function table(title: string, fields: ModelDescription["inputs"]): string {
  const rows = fields.map((field) => {
    const more = "shape" in field ? `[${field.shape.map((size) => size ?? "any").join(", ")}]` : moreOf(field);
    return `<tr><td><code>${escape(field.name)}</code></td><td>${escape(field.type)}</td><td>${escape(more)}</td></tr>`;
  });
  return `<div class="wide"><table><thead><tr><th>${title}</th><th>Type</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Longer lists of values are cut. */
const MOST_VALUES = 12;

function moreOf(field: Exclude<ModelDescription["inputs"][number], { shape: unknown }>): string {
  const { unit, values = [], optional, description } = field;
  const listed = values.slice(0, MOST_VALUES).join(", ") + (values.length > MOST_VALUES ? ", …" : "");
  return [unit, listed, description, optional === true ? "optional" : ""]
    .filter((part) => part !== undefined && part !== "")
    .join("; ");
}
