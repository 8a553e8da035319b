/** What a visitor chooses, and the address's fragment that keeps it, so that a link opens the same experiment. */

export const PROBLEMS = ["sine", "adding", "parity", "brackets", "text"] as const;
export type ProblemName = (typeof PROBLEMS)[number];

export interface Settings {
  readonly problem: ProblemName;
  readonly cell: "gru" | "lstm" | "simpleRnn" | "minGru";
  readonly units: number;
  readonly layers: number;
  readonly optimizer: "adam" | "rmsprop" | "sgd";
  readonly learningRate: number;
  /** Largest norm of all gradients together; 0 for none. */
  readonly clip: number;
  /** Steps of a training sequence. */
  readonly length: number;
  readonly batch: number;
  readonly seed: number;
}

export type Choice = Exclude<keyof Settings, "problem" | "seed">;

export const CHOICES: { readonly [Name in Choice]: readonly Settings[Name][] } = {
  cell: ["gru", "lstm", "simpleRnn", "minGru"],
  units: [2, 4, 8, 12, 16, 24, 32, 48, 64],
  layers: [1, 2, 3],
  optimizer: ["adam", "rmsprop", "sgd"],
  learningRate: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
  clip: [0, 0.1, 1, 10],
  length: [5, 8, 10, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200],
  batch: [1, 8, 16, 32, 64, 128],
};

/** Seeds are whole numbers up to this one. */
export const LARGEST_SEED = 9999;

const COMMON = {
  cell: "gru",
  units: 16,
  layers: 1,
  optimizer: "adam",
  learningRate: 0.01,
  clip: 1,
  batch: 32,
  seed: 1,
} as const;

/** What learns well within half a minute. */
export const DEFAULTS: Readonly<Record<ProblemName, Settings>> = {
  sine: { ...COMMON, problem: "sine", units: 12, length: 40 },
  adding: { ...COMMON, problem: "adding", units: 16, length: 60 },
  parity: { ...COMMON, problem: "parity", units: 8, length: 16 },
  brackets: { ...COMMON, problem: "brackets", units: 8, length: 30 },
  text: { ...COMMON, problem: "text", units: 64, length: 50 },
};

/** Those that differ from the problem's defaults: "problem=adding&cell=lstm". */
export function toFragment(settings: Settings): string {
  const usual = DEFAULTS[settings.problem];
  const names = Object.keys(usual).filter((name) => name !== "problem") as (keyof Settings)[];
  const changed = names.filter((name) => settings[name] !== usual[name]);
  const pairs = changed.map((name): [string, string] => [name, String(settings[name])]);
  return new URLSearchParams([["problem", settings.problem], ...pairs]).toString();
}

export interface ReadFragment {
  readonly settings: Settings;
  /** What the fragment asked for and cannot be had, as it was written: "units=1000". */
  readonly refused: readonly string[];
}

export function fromFragment(fragment: string): ReadFragment {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const refused: string[] = [];
  const asked = given.get("problem");
  const problem = PROBLEMS.find((name) => name === asked) ?? "sine";
  const values: Record<string, string | number> = {};
  for (const [name, text] of given) {
    const value = name === "problem" ? (asked === problem ? problem : undefined) : valueOf(name, text);
    if (value === undefined) refused.push(`${name}=${text}`.slice(0, 60));
    else values[name] = value;
  }
  return { settings: { ...DEFAULTS[problem], ...values, problem }, refused };
}

function valueOf(name: string, text: string): string | number | undefined {
  const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (name === "seed") return Number.isInteger(number) && number <= LARGEST_SEED ? number : undefined;
  if (!Object.hasOwn(CHOICES, name)) return undefined;
  const choices: readonly (string | number)[] = CHOICES[name as Choice];
  return choices.find((choice) => choice === text || choice === number);
}
