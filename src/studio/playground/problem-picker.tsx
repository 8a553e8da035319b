import { Icon } from "../ui/icons.js";
import { EXPERIMENTS, experimentText, type Experiment } from "./experiments.js";
import { change, going, go, settings } from "./session.js";
import { DEFAULTS, PROBLEMS, toFragment, type ProblemName, type Settings } from "./settings.js";
import { problemText, t } from "./texts.js";

/** On a grid of 40 × 24. */
const PICTURES: Readonly<Record<ProblemName, string>> = {
  sine: "M2 12c3-11 6-11 9 0s6 11 9 0 6-11 9 0 6 11 9 0",
  adding: "M5 19v-5M11 19V5M17 19v-8M23 19v-4M29 19V7M35 19v-9M8.5 5h5M26.5 7h5",
  parity: "M2 18h6V6h9v12h12V6h9",
  brackets: "M9 3q-5 9 0 18M17 6q-3 6 0 12M23 6q3 6 0 12M31 3q5 9 0 18",
  text: "M3 6h22M29 6h8M3 12h12M19 12h18M3 18h17",
};

export function ProblemPicker() {
  return (
    <fieldset class="problems">
      <legend>{t("problem")}</legend>
      {PROBLEMS.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="problem"
            checked={settings.value.problem === name}
            onChange={() => change(DEFAULTS[name])}
          />
          <svg
            viewBox="0 0 40 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
            aria-hidden="true"
          >
            <path d={PICTURES[name]} />
          </svg>
          {problemText(name)}
        </label>
      ))}
    </fieldset>
  );
}

/** What the problem is, and experiments with it. */
export function ProblemIntroduction() {
  const { problem } = settings.value;
  const now = toFragment(settings.value);
  const tried = EXPERIMENTS[problem].find(({ changes }) => now === toFragment(settingsOf(problem, changes)));
  const begin = (changes: Partial<Settings>) => {
    change(settingsOf(problem, changes));
    if (!going.value) go(true);
  };
  return (
    <section class="introduction" aria-labelledby="problem-title">
      <h2 id="problem-title">{problemText(problem)}</h2>
      <p>{problemText(`${problem}What`)}</p>
      <div class="row wrap tries">
        <span class="muted small">{t("tryThis")}</span>
        {EXPERIMENTS[problem].map(({ name, changes }) => (
          <button
            key={name}
            type="button"
            class="button small"
            aria-pressed={tried?.name === name}
            onClick={() => begin(changes)}
          >
            <Icon name="play" />
            {experimentText(name)}
          </button>
        ))}
      </div>
      {tried && <p class="tried">{experimentText(`${tried.name as Experiment}What`)}</p>}
    </section>
  );
}

const settingsOf = (problem: ProblemName, changes: Partial<Settings>): Settings => ({
  ...DEFAULTS[problem],
  ...changes,
});
