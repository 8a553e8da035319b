import { Mark } from "../ui/icons.js";
import { Note } from "../ui/notices.js";
import { LanguageSwitch, ThemeSwitch } from "../ui/switches.js";
import { AnswersCard } from "./cards/answers.js";
import { GradientCard } from "./cards/gradient.js";
import { InsideCard } from "./cards/inside.js";
import { LossCard } from "./cards/loss.js";
import { Controls } from "./controls.js";
import { CopyLink } from "./copy-link.js";
import { ProblemIntroduction, ProblemPicker } from "./problem-picker.js";
import { failure, refused, reset } from "./session.js";
import { t } from "./texts.js";
import { Transport } from "./transport.js";

export function App() {
  document.title = t("title");
  return (
    <>
      <a class="skip" href="#network" onClick={skip}>
        {t("skip")}
      </a>
      <header class="top">
        <div class="brand">
          <Mark />
          <div>
            <h1>{t("title")}</h1>
            <p>{t("lead")}</p>
          </div>
        </div>
        <div class="row">
          <CopyLink />
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <Transport />
      <div class="desk">
        <aside class="side">
          <ProblemPicker />
          <Controls />
        </aside>
        <main class="main" id="network" tabIndex={-1}>
          <Notices />
          <ProblemIntroduction />
          <LossCard />
          <AnswersCard />
          <InsideCard />
          <GradientCard />
          <p class="foot">{t("foot")}</p>
        </main>
      </div>
    </>
  );
}

/** The fragment belongs to the settings, so the link moves the focus itself. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#network")!.focus();
}

function Notices() {
  const failed = failure.value;
  return (
    <>
      {refused.value.length > 0 && <Note tone="warn">{t("refused", { what: refused.value.join(", ") })}</Note>}
      {failed && (
        <Note tone="bad">
          <div class="row wrap between">
            <span>
              {failed.exploded !== null
                ? t("exploded", { step: failed.exploded })
                : t("failed", { message: failed.message })}
            </span>
            <button type="button" class="button small" onClick={reset}>
              {t("restart")}
            </button>
          </div>
        </Note>
      )}
    </>
  );
}
