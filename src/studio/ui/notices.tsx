/** What a page shows while it waits, when there is nothing yet, and when something went wrong. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.js";
import { dictionary } from "./i18n.js";

const t = dictionary(
  { loading: "Loading …", retry: "Try again", failed: "That did not work" },
  { loading: "正在载入……", retry: "重试", failed: "操作失败" },
);

/** Nothing here yet: what would be here, and how it comes about. */
export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  /** It is all that the page shows. */
  readonly whole?: boolean;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      {props.whole ? <h1>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.children}
    </div>
  );
}

export type Tone = "info" | "good" | "warn" | "bad";

const ICONS = { info: "info", good: "check", warn: "warning", bad: "warning" } as const;

export function Note({ tone = "info", children }: { readonly tone?: Tone; readonly children: ComponentChildren }) {
  return (
    <div class={`note ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={ICONS[tone]} />
      <div class="break">{children}</div>
    </div>
  );
}

/** What an error says, as plain text, and what can be done about it. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: (() => void) | undefined }) {
  const { title, detail } = describe(error);
  return (
    <Note tone="bad">
      <div class="stack tight">
        <span>
          <strong>{title}</strong>
          {detail && <> {detail}</>}
        </span>
        {retry && (
          <span>
            <button type="button" class="button small" onClick={retry}>
              <Icon name="refresh" />
              {t("retry")}
            </button>
          </span>
        )}
      </div>
    </Note>
  );
}

/** Title and detail of a problem document (RFC 9457), or what any other error says. */
export function describe(error: unknown): { readonly title: string; readonly detail: string } {
  if (typeof error === "object" && error !== null && "title" in error) {
    const { title, detail } = error as { title: unknown; detail?: unknown };
    return { title: String(title), detail: typeof detail === "string" ? detail : "" };
  }
  return { title: t("failed"), detail: error instanceof Error ? error.message : String(error) };
}

/** Grey places where something will stand, of the height it will have. */
export function Loading({ height = 160, label }: { readonly height?: number; readonly label?: string }) {
  return (
    <div class="skeleton" style={{ height: `${height}px` }} role="status">
      <span class="visually-hidden">{label ?? t("loading")}</span>
    </div>
  );
}
