// Makes src/interop/onnx/definitions.ts from the published definitions of ONNX, so that reading and writing know every field
// by its official number and type without a parser of .proto files at run time.
// Usage: node scripts/onnx-definitions.mjs onnx-ml.proto   (Apache-2.0; the file is in the wheel `onnx` on PyPI)
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node scripts/onnx-definitions.mjs onnx-ml.proto");
  process.exit(2);
}
const { root } = protobuf.parse(readFileSync(path, "utf8"), { keepCase: true });
const onnx = root.lookup("onnx");
root.resolveAll();

/** Nested types are named with their parents, "TypeProto.Tensor". */
function collect(namespace, prefix, messages, enums) {
  for (const entry of namespace.nestedArray) {
    const name = `${prefix}${entry.name}`;
    if (entry instanceof protobuf.Type) {
      messages.push([name, entry]);
      collect(entry, `${name}.`, messages, enums);
    } else if (entry instanceof protobuf.Enum) enums.push([name, entry]);
  }
}
const [messages, enums] = [[], []];
collect(onnx, "", messages, enums);

const kindOf = ({ resolvedType, type }) => {
  if (resolvedType === null) return type;
  return resolvedType instanceof protobuf.Enum ? "int32" : resolvedType.fullName.replace(/^\.onnx\./, "");
};
const fieldLine = (field) => `    ${field.id}: ["${field.name}", "${kindOf(field)}", ${field.repeated}],`;
const messageBlock = ([name, type]) =>
  [`  "${name}": {`, ...type.fieldsArray.map((field) => fieldLine(field.resolve())), "  },"].join("\n");
const enumLine = ([name, { values }]) =>
  `  "${name}": { ${Object.entries(values)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")} },`;

const text = `// Made by scripts/onnx-definitions.mjs from onnx-ml.proto of the ONNX project (https://github.com/onnx/onnx,
// SPDX-License-Identifier: Apache-2.0, Copyright (c) ONNX Project Contributors). Do not edit.

/** Name, type (a scalar of protobuf or a message of this table) and whether it is repeated. */
export type FieldDefinition = readonly [name: string, type: string, repeated: boolean];

/** Each message with its fields by number. */
export const MESSAGES: Readonly<Record<string, Readonly<Record<number, FieldDefinition>>>> = {
${messages.map(messageBlock).join("\n")}
};

export const ENUMS = {
${enums.map(enumLine).join("\n")}
} as const;
`;
writeFileSync(join(dirname(dirname(fileURLToPath(import.meta.url))), "src/interop/onnx/definitions.ts"), text);
