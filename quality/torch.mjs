/** Which Python has PyTorch. */
import { spawnSync } from "node:child_process";

/** @returns {string | undefined} */
export function findTorch() {
  const candidates = [process.env.SLUICE_PYTHON, "/usr/bin/python3"].filter((path) => path !== undefined);
  return candidates.find((path) => spawnSync(path, ["-c", "import torch"]).status === 0);
}
