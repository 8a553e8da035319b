/** `sluice/tasks`: from a file to a trained, saved, explained result. */
import { backtestForecast } from "./backtest/backtest.js";
import { classifyTask } from "./classify/task.js";
import { anyForecastTask } from "./forecast/any-task.js";
import { generateTask } from "./generate/task.js";
import { regressTask } from "./regress/task.js";
import { transcribeTask } from "./transcribe/task.js";
import { translateTask } from "./translate/task.js";
import { publicTask } from "./public-task.js";

export const classify = publicTask(classifyTask);
/** With `forecast.backtest`: forecasts from many moments of the past, each from what was known then. */
export const forecast = { ...publicTask(anyForecastTask), backtest: backtestForecast };
export const generate = publicTask(generateTask);
export const regress = publicTask(regressTask);
export const transcribe = publicTask(transcribeTask);
export const translate = publicTask(translateTask);

export type { BacktestHooks } from "./backtest/backtest.js";
export { BacktestStopped } from "./backtest/finish.js";
export { backtestRun, resumeBacktest, type ResumeBacktestOptions } from "./backtest/resume.js";
export type { Backtest, OriginScores } from "./backtest/result.js";
export { generateText } from "./generate/continuation.js";
export type { SamplingOptions } from "./generate/options.js";
export { openRun, resumeRun, type ResumeOptions } from "./open-run.js";
export { Run } from "./run.js";
export type { PublicTask } from "./public-task.js";
export type { Answer, Pipeline, Task, TaskName } from "./task.js";
export type { Field, InputView, OutputView, RawRow, RowCount, Signature, Stepper, View } from "./view.js";
export { sampleOf } from "./views/named.js";
export type { TrainHooks } from "./train-task.js";
export type { Entry, Evaluation, Judge, Picture } from "../runs/evaluation.js";
export { explainRun, type ExplainRunOptions } from "./explain/explain-run.js";
export type { Explanation } from "./explain/explanation.js";
export { writeExplanation, type ExplanationFiles } from "./explain/write-explanation.js";
export { compareTask, type Candidate, type CompareHooks, type Comparison } from "./compare.js";
export { align, editDistance, editsOf, type Aligned, type Edits } from "./scores/edit-distance.js";
export { characterErrorRate, errorRate, wordErrorRate } from "./scores/error-rates.js";
export { bleu, type BleuOptions } from "./scores/bleu.js";
export { bleuTokens, type BleuTokenizer } from "./scores/bleu-tokens.js";
export { chrf, type ChrfOptions } from "./scores/chrf.js";
export type { References } from "./scores/references.js";
