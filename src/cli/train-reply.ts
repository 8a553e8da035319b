/** What is told of a run that has just ended. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { latestFile, latestRun, RUN_FILES } from "../runs/run-folder.js";
import type { Run } from "../tasks/run.js";
import { aligned } from "./aligned.js";
import { quoted } from "./command-line.js";
import { evaluationObject, evaluationText } from "./evaluation-text.js";
import { duration, figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { wrapCommand } from "./text-width.js";
import type { Reply } from "./verbs.js";

/** What is told besides of a run that was trained in another way. */
interface More {
  readonly facts?: readonly [name: string, text: string][];
  readonly object?: object;
}

/** @param seconds that training took, with its preparation and its report */
export function trainReply(run: Run, data: string, seconds: number, screen: Screen, more: More = {}): Reply {
  const folder = run.folder!;
  const [model, report] = [join(folder, RUN_FILES.model), join(folder, RUN_FILES.report)];
  const evaluation = run.evaluation!;
  const object = {
    verb: "train",
    task: run.pipeline.task,
    data,
    run: folder,
    model,
    report: existsSync(report) ? report : null,
    epochs: run.history.epoch.length,
    parameters: run.model.countParams(),
    seconds,
    evaluation: evaluationObject(evaluation),
    ...more.object,
  };
  const trained = `${figure(object.epochs)} ${object.epochs === 1 ? "epoch" : "epochs"}, ${figure(object.parameters)} parameters, ${duration(seconds)}`;
  const kept = run.untrained ? [["Kept", "the weights before the first epoch: no epoch did better"]] : [];
  const facts = [
    ["Trained", trained],
    ...(more.facts ?? []),
    ...kept,
    ["Run", folder],
    ...(object.report ? [["Report", report]] : []),
  ];
  const next = nextCommands(run.pipeline.task, folder);
  const text = [
    evaluationText(evaluation, screen),
    "",
    aligned(null, facts, screen.width),
    "",
    screen.style.bold("Next:"),
    ...next.map((line) => wrapCommand(`  ${line}`, screen.width)),
  ];
  return { object, text: text.join("\n") };
}

function nextCommands(task: string, folder: string): string[] {
  const root = dirname(folder);
  const newest = latestRun(root) === folder;
  const run = quoted(newest ? latestFile(root) : folder);
  return task === "generate"
    ? [`sluice generate ${run} --length 500 --temperature 0.8`, "sluice studio"]
    : [
        `sluice predict ${run} --data new.csv --out predictions.csv`,
        `sluice evaluate ${run} --data test.csv`,
        "sluice studio",
      ];
}
