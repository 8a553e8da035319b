/**
 * `npm run interop:python` (build first): Keras, PyTorch and ONNX Runtime read what Sluice writes, and Sluice reads what they save; all
 * outputs within 1e-5. Exit code 1 where one is not. Where the Python packages cannot be had, a line says so and the exit code is 0.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SluiceError, tensor } from "sluice";
import { fromKeras, fromPyTorch, toKeras, toOnnx, toPyTorch } from "sluice/interop";
import { CASES, draw } from "./cases.mjs";
import { largestDifference } from "./data.mjs";
import { pythonEnvironment } from "./environment.mjs";

const TOLERANCE = 1e-5;
const environment = pythonEnvironment();
if ("missing" in environment) {
  process.stdout.write(`left out: exchange with Python, since its packages cannot be had: ${environment.missing}\n`);
  process.exit();
}
const { python: program, torch } = environment;
if (!torch) process.stdout.write("left out: PyTorch, which is not installed (Debian: apt-get install python3-torch)\n");

const folder = mkdtempSync(join(tmpdir(), "sluice-interop-"));
const counts = { compared: 0, failed: 0 };
try {
  await written(join(folder, "written"));
  await saved(join(folder, "saved"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${counts.compared} compared, ${counts.failed} outside of ${TOLERANCE}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;

/** @param {string} direction @param {string} name @param {number | undefined} difference @param {string} [error] */
function show(direction, name, difference, error) {
  const ok = difference !== undefined && difference <= TOLERANCE;
  counts.compared += 1;
  counts.failed += ok ? 0 : 1;
  const shown = error ?? `${difference?.toExponential(1)}${ok ? "" : ", too much"}`;
  process.stdout.write(`| ${direction.padEnd(24)} | ${name.padEnd(66)} | ${shown}\n`);
}

/** @param {string} script @param {string} where @returns {string} */
function python(script, where) {
  const path = fileURLToPath(new URL(`python/${script}`, import.meta.url));
  return execFileSync(program, [path, where], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1e8,
  });
}

/** @param {any} values */
function stored({ data, shape, dtype }) {
  return { data: [...data], shape, dtype };
}

/** Sluice writes, the others read. @param {string} where */
async function written(where) {
  mkdirSync(where);
  const cases = [];
  for (const [i, one] of CASES.entries()) {
    const { model, x } = draw(one, i);
    const y = stored(await model.predict(x));
    for (const format of ["keras", "onnx", "pytorch"]) {
      if (format === "pytorch" && !torch) continue;
      const file = await writeCase(model, format, where, i);
      if (file !== null) cases.push({ name: one.name, format, file, x: stored(x), y });
    }
  }
  writeFileSync(join(where, "cases.json"), JSON.stringify(cases));
  for (const line of python("read_written.py", where).trim().split("\n")) {
    const { name, system, difference, error } = JSON.parse(line);
    show(`Sluice → ${system}`, name, difference ?? undefined, error);
  }
}

/** @param {any} model @param {string} format @param {string} where @param {number} i @returns {Promise<string | null>} null where the format has no form for it */
async function writeCase(model, format, where, i) {
  const file = { keras: `${i}.keras`, onnx: `${i}.onnx`, pytorch: `${i}.safetensors` }[format] ?? "";
  if (format === "keras") writeFileSync(join(where, file), await toKeras(model));
  else if (format === "onnx") writeFileSync(join(where, file), toOnnx(model));
  else {
    try {
      const { weights, python: program } = toPyTorch(model, { weightsFile: file });
      writeFileSync(join(where, file), weights);
      writeFileSync(join(where, `${i}.py`), program);
    } catch (error) {
      // PyTorch's cells have one form; toPyTorch says so for all others.
      if (error instanceof SluiceError) return null;
      throw error;
    }
  }
  return file;
}

/** The others save, Sluice reads. @param {string} where */
async function saved(where) {
  mkdirSync(where);
  python("save_models.py", where);
  for (const { name, file, x, y, options } of JSON.parse(readFileSync(join(where, "cases.json"), "utf8"))) {
    try {
      const path = join(where, file);
      const model = file.startsWith("torch") ? await fromPyTorch(path, options) : await fromKeras(path);
      const given = tensor((x.dtype === "int32" ? Int32Array : Float32Array).from(x.data), x.shape);
      show(`${name.split(" ")[0]} → Sluice`, name, largestDifference((await model.predict(given)).data, y.data));
    } catch (error) {
      show(`${name.split(" ")[0]} → Sluice`, name, undefined, /** @type {Error} */ (error).message);
    }
  }
}
