/** The systems that are compared: how each is started, and what it needs before it can be. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);

/**
 * @typedef {object} System
 * @property {string} runner and its argument, in runners/
 * @property {string} cold the program of W7, in cold/, and its argument
 * @property {string} [imports] the Python modules that it needs; absent for a system that runs in Node
 * @property {boolean} [peerPackage] whether it lives in bench/node_modules
 * @property {Record<string, string>} [env] what its processes have in their environment beside ours
 * @property {number} [fromNode] the first major version of Node that can run it
 */

/** @type {Record<string, System>} */
export const SYSTEMS = {
  sluice: { runner: "sluice.mjs 1", cold: "sluice.mjs" },
  "sluice-2t": { runner: "sluice.mjs 2", cold: "" },
  // V8's experiment that joins pairs of 128-bit operations, which a user may ask for (docs/performance.md); bounds are for `sluice`
  "sluice-wide": { runner: "sluice.mjs 1", cold: "", env: { SLUICE_WIDE: "1" }, fromNode: 24 },
  torch: { runner: "torch_runner.py", cold: "cold_torch.py", imports: "torch" },
  keras: { runner: "keras_runner.py", cold: "cold_keras.py", imports: "keras, jax" },
  "tfjs-wasm": { runner: "tfjs.mjs wasm", cold: "tfjs.mjs wasm", peerPackage: true },
  "tfjs-cpu": { runner: "tfjs.mjs cpu", cold: "tfjs.mjs cpu", peerPackage: true },
  "onnxruntime-node": { runner: "onnxruntime-node.mjs", cold: "onnxruntime.mjs node", peerPackage: true },
  "onnxruntime-web": { runner: "onnxruntime-web.mjs", cold: "onnxruntime.mjs web", peerPackage: true },
};

/** The first interpreter that imports the modules. @param {string} modules @returns {string | undefined} */
function interpreter(modules) {
  const named = process.env.SLUICE_PYTHON;
  const candidates = named ? [named] : [join(bench, ".venv/bin/python"), "/usr/bin/python3"];
  const env = { ...process.env, KERAS_BACKEND: "jax" }; // else importing Keras asks for TensorFlow
  const imports = (/** @type {string} */ python) =>
    spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore", env }).status === 0;
  return candidates.find(imports);
}

/** @param {string} command @param {string[]} args @returns {boolean} whether it went well; what it prints goes to stderr */
function prepared(command, args) {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" }; // as in .npmrc, for an npm that runs scripts anyway
  return spawnSync(command, args, { cwd: root, env, stdio: ["ignore", 2, 2] }).status === 0;
}

/**
 * Builds sluice and installs the peers where that has not been done, and finds out which systems can run.
 * @param {string[]} names @param {string} node the binary for the systems that run in Node @param {number} nodeMajor
 * @returns {{ commands: Map<string, { runner: string[], cold: string[] }>, leftOut: string[] }}
 */
export function available(names, node, nodeMajor) {
  /** @type {Map<string, { runner: string[], cold: string[] }>} */
  const commands = new Map();
  const leftOut = [];
  if (!existsSync(join(root, "dist/index.js"))) prepared("npm", ["run", "build"]);
  const needsPeers = names.some((name) => SYSTEMS[name].peerPackage);
  const havePeers = existsSync(join(bench, "node_modules/onnxruntime-node"));
  const peers = needsPeers && (havePeers || prepared("npm", ["ci", "--prefix", "bench", "--no-audit", "--no-fund"]));
  for (const name of names) {
    const { runner, cold, imports, peerPackage, fromNode = 0 } = SYSTEMS[name];
    if (nodeMajor < fromNode) {
      leftOut.push(`${name}: needs Node ${fromNode} or later`);
      continue;
    }
    if (peerPackage && !peers) {
      leftOut.push(`${name}: its package could not be installed (npm ci --prefix bench)`);
      continue;
    }
    const program = imports === undefined ? node : interpreter(imports);
    if (program === undefined) {
      leftOut.push(`${name}: no Python interpreter imports ${imports} (see bench/README.md)`);
      continue;
    }
    /** @param {string} folder @param {string} line */
    const command = (folder, line) => {
      const [file, ...rest] = line.split(" ");
      return [program, join(bench, folder, file), ...rest];
    };
    commands.set(name, { runner: command("runners", runner), cold: cold === "" ? [] : command("cold", cold) });
  }
  return { commands, leftOut };
}

/** The empty Node process that W7 is compared with. @param {string} node */
export const emptyProcess = (node) => [node, join(bench, "cold/empty.mjs")];
