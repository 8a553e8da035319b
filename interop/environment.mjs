/** Python with the systems that models are exchanged with: a virtual environment, made when it is first needed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../build/interop-python/", import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
/** Written last: what is without it was interrupted. */
const STAMP = join(FOLDER, "requirements.sha256");
const PYTHON = process.platform === "win32" ? join(FOLDER, "Scripts/python.exe") : join(FOLDER, "bin/python");

/** @param {string} program @param {string[]} words */
const run = (program, words) => execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/**
 * @returns {{ python: string, torch: boolean } | { missing: string }} the interpreter, and whether it has PyTorch; or why there is none
 */
export function pythonEnvironment() {
  const sha256 = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex");
  try {
    if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== sha256) {
      rmSync(FOLDER, { recursive: true, force: true });
      const base = process.env["SLUICE_PYTHON"] ?? (existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3");
      run(base, ["-m", "venv", "--system-site-packages", FOLDER]);
      run(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
      writeFileSync(STAMP, sha256);
    }
  } catch (error) {
    return { missing: lastLine(/** @type {any} */ (error)) };
  }
  return { python: PYTHON, torch: has("torch") };
}

/** @param {string} module */
function has(module) {
  try {
    run(PYTHON, ["-c", `import ${module}`]);
    return true;
  } catch {
    return false;
  }
}

/** What Python or pip said last. @param {{ stderr?: string, message: string }} error */
const lastLine = ({ stderr, message }) => (stderr?.trim() || message).split("\n").at(-1) ?? "";
