/** Short messages that go away: what was done, or why it could not be done. Errors stay until they are closed. */
import { signal } from "@preact/signals";
import { dictionary } from "./i18n.js";
import { Icon } from "./icons.js";
import { describe, type Tone } from "./notices.js";

const t = dictionary({ close: "Close message", region: "Messages" }, { close: "关闭消息", region: "消息" });

interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

const STAY_MS = 6000;
const MOST = 4;

const toasts = signal<readonly Toast[]>([]);
let last = 0;

export function toast(title: string, tone: Tone = "info", detail = ""): void {
  const id = ++last;
  toasts.value = [...toasts.value, { id, tone, title, detail }].slice(-MOST);
  if (tone !== "bad") setTimeout(() => close(id), STAY_MS);
}

export function toastError(error: unknown): void {
  const { title, detail } = describe(error);
  toast(title, "bad", detail);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((other) => other.id !== id);
}

export function Toasts() {
  return (
    <section class="toasts" aria-label={t("region")} aria-live="polite">
      {toasts.value.map(({ id, tone, title, detail }) => (
        <div key={id} class={`toast note ${tone}`}>
          <Icon name={tone === "good" ? "check" : tone === "info" ? "info" : "warning"} />
          <div class="break">
            <strong>{title}</strong> {detail}
          </div>
          <button type="button" class="button plain small icon" aria-label={t("close")} onClick={() => close(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </section>
  );
}
