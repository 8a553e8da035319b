/** What the program can do. Modules are loaded when they are asked for: help must be there at once. */
import type { Command } from "commander";
import type { Screen } from "./screen.js";

/** What a verb found out: the object for --json, and the same for people; null where it was shown as it came. */
export interface Reply {
  readonly object: object;
  readonly text: string | null;
  /** Left out: done. */
  readonly exitCode?: number;
}

/** A verb whose words are about to be read. */
export interface Invocation {
  readonly command: Command;
  /** Does the work, when `command` has read the words. */
  act(screen: Screen): Promise<Reply>;
}

export interface VerbModule {
  /** @param words what follows the verb: which flags there are may depend on them */
  invoke(words: readonly string[]): Promise<Invocation>;
}
export interface Verb {
  readonly summary: string;
  readonly examples: readonly string[];
  load(): Promise<VerbModule>;
}

export const VERBS: Readonly<Record<string, Verb>> = {
  train: {
    summary: "Train a network on a file or folder, and compare it with simple baselines.",
    examples: [
      "sluice train prices.csv --task forecast --target close --lookback 60 --horizon 5",
      "sluice train reviews.tsv --task classify --text review --label label",
      "sluice train novel.txt --task generate --level char",
      "sluice train clips/ --task classify --audio",
      "sluice train clips.csv --task transcribe --audio path --text sentence",
      "sluice train pairs.tsv --task translate --source en --target zh",
      "sluice train houses.csv --task regress --target medv",
      "sluice train sales.csv --task forecast --target units --id shop --per-series --workers 4",
      "sluice train --config run.json --set units=64,32",
      "sluice train --resume runs/latest",
    ],
    load: () => import("./verbs/train.js"),
  },
  evaluate: {
    summary: "Measure a trained network on another file that holds the truth.",
    examples: ["sluice evaluate runs/latest --data test.csv"],
    load: () => import("./verbs/evaluate.js"),
  },
  predict: {
    summary: "Answer for new data, in raw units.",
    examples: [
      "sluice predict runs/latest --data new.csv --out predictions.csv",
      "cat rows.jsonl | sluice predict runs/latest > predictions.csv",
      'echo "Good morning." | sluice predict runs/latest --beam-width 8',
    ],
    load: () => import("./verbs/predict.js"),
  },
  generate: {
    summary: "Write text with a network that was trained on text.",
    examples: ['sluice generate runs/latest --prompt "Once upon a time" --length 1000 --temperature 0.8 --seed 1'],
    load: () => import("./verbs/generate.js"),
  },
  explain: {
    summary: "Show what an answer hangs on: words, steps and features, how far back, and what goes on inside.",
    examples: [
      'sluice explain runs/latest --input "A superb film with a dull ending" --method all',
      'sluice explain runs/latest --data prices.csv --output "close +3"',
      "sluice explain runs/latest --audio clip.wav --out explained/",
    ],
    load: () => import("./verbs/explain.js"),
  },
  compare: {
    summary: "Train one network for each combination of options, and choose on the validation part.",
    examples: ["sluice compare prices.csv --task forecast --target close --cells gru,lstm,simpleRnn --units 32,64,128"],
    load: () => import("./verbs/compare.js"),
  },
  sweep: {
    summary: "Search for good options: many trainings, chosen on the validation part; the best is measured.",
    examples: [
      "sluice sweep prices.csv --task forecast --target close --space units=32,64,128 layers=1..3 rate=log:1e-4..1e-2 --trials 40",
      "sluice sweep prices.csv --task forecast --target close --space cell=gru,lstm dropout=0..0.5 --halving --workers 2",
      "sluice sweep --resume runs/latest",
    ],
    load: () => import("./verbs/sweep.js"),
  },
  backtest: {
    summary: "Make forecasts from many moments of the past, each from what was known then, and measure them.",
    examples: [
      "sluice backtest prices.csv --task forecast --target close --horizon 5 --initial 0.8 --period 5",
      "sluice backtest sales.csv --task forecast --target units --id shop --horizon 7 --origins 8 --refit 1",
      "sluice backtest runs/latest --data more.csv",
      "sluice backtest --resume runs/latest",
    ],
    load: () => import("./verbs/backtest.js"),
  },
  worker: {
    summary:
      "Train what others have put into a queue on Redis: searches, backtests, series, shards; on any number of machines.",
    examples: [
      "sluice worker --redis redis://127.0.0.1:6379 --slots 2",
      "SLUICE_REDIS=rediss://:PASSWORD@queue.example:6379 sluice worker --data-root /srv/data --store /srv/store",
    ],
    load: () => import("./verbs/worker.js"),
  },
  runs: {
    summary: "List, show, compare and remove runs.",
    examples: ["sluice runs", "sluice runs show latest", "sluice runs compare RUN RUN", "sluice runs remove RUN"],
    load: () => import("./verbs/runs.js"),
  },
  inspect: {
    summary: "Describe a data file and propose how to train on it; or describe a model, of any system, or a run.",
    examples: ["sluice inspect prices.csv", "sluice inspect runs/latest", "sluice inspect gru_model.keras"],
    load: () => import("./verbs/inspect.js"),
  },
  import: {
    summary: "Make a model of Sluice from one of Keras, PyTorch, ONNX or TensorFlow.js.",
    examples: [
      "sluice import gru_model.keras --out model.safetensors",
      "sluice import weights.pt --order emb,gru,fc --activations fc=sigmoid --out model.safetensors",
    ],
    load: () => import("./verbs/import.js"),
  },
  export: {
    summary: "Write a model for ONNX, Keras, PyTorch or TensorFlow.js.",
    examples: [
      "sluice export runs/latest --to onnx --out model.onnx",
      "sluice export model.safetensors --to pytorch --out torch/model.safetensors",
    ],
    load: () => import("./verbs/export.js"),
  },
  check: {
    summary: "Give two models the same inputs, and show the largest difference of their outputs.",
    examples: ["sluice check model.onnx --against model.safetensors"],
    load: () => import("./verbs/check.js"),
  },
  serve: {
    summary: "Answer over HTTP: predictions, texts, sessions; models are read anew when their files change.",
    examples: [
      "sluice serve runs/latest --port 8080",
      "sluice serve prices=runs/latest reviews=reviews.safetensors --host 0.0.0.0 --rate 50",
    ],
    load: () => import("./verbs/serve.js"),
  },
  studio: {
    summary: "Open a local page: runs with live curves, data, and what goes on inside of models.",
    examples: ["sluice studio", "sluice studio work/ --port 8090 --no-open"],
    load: () => import("./verbs/studio.js"),
  },
};
