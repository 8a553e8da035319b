/** What tests compare of backtests: all that does not depend on when and where they were made. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunFolder } from "../../../src/runs/run-folder.js";
import { readStatus } from "../../../src/runs/run-status.js";
import type { Backtest } from "../../../src/tasks/backtest/result.js";

/** The trainings of a backtest, in their order. */
export function fitsIn(folder: string): { path: string; state: string }[] {
  const root = join(folder, "fits");
  if (!existsSync(root)) return [];
  const number = (name: string) => Number(name.split("-").at(-1));
  return readdirSync(root)
    .filter((name) => /^\d.*-fit-\d+$/.test(name))
    .sort((a, b) => number(a) - number(b))
    .map((name) => join(root, name))
    .map((path) => ({ path, state: readStatus(RunFolder.open(path)).state }));
}

/** Reply, backtest.json as text, and the report, without folders, commands and times. */
export function decided(backtest: Backtest): object {
  const { folder, fits, settings, ...rest } = backtest;
  const { runs: _, name: __, ...own } = settings;
  const plain = fits.map(({ at, epochs }) => ({ at, epochs }));
  const lines = readFileSync(join(folder, "backtest.json"), "utf8").split("\n");
  const file = lines.filter((line) => !/^"(command|fits|settings|data)": /.test(line));
  const report = existsSync(join(folder, "report.html")) ? readFileSync(join(folder, "report.html"), "utf8") : "";
  const { runs: where = "" } = settings as { runs?: string };
  return { ...rest, settings: own, fits: plain, file, report: report.replace(/<tr><td>(date|time|name)<.*|<pre class="command">.*/g, "").replaceAll(where, "") }; // prettier-ignore
}

/** By training, bytes of the network and of what it was judged, and the settings. */
export function trainedIn({ folder }: Pick<Backtest, "folder">): object[] {
  return fitsIn(folder).map(({ path }) => {
    const { name: _, ...config } = JSON.parse(readFileSync(join(path, "config.json"), "utf8")) as Record<string, unknown>; // prettier-ignore
    const bytes = (file: string) =>
      createHash("sha256")
        .update(readFileSync(join(path, file)))
        .digest("hex"); // a difference is told in a line
    return { model: bytes("model.safetensors"), config, evaluation: bytes("evaluation.json") }; // prettier-ignore
  });
}
