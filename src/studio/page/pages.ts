/** The pages of the studio. Each is fetched when it is first opened; one line adds one. */
import type { ComponentType } from "preact";
import type { RunSummary } from "../api/index.js";
import type { IconName } from "../ui/icons.js";
import type { ShellText } from "./texts.js";

export interface PageProps {
  /** What stood in the address where `path` has a colon: { run: "spring" }. */
  readonly params: Readonly<Record<string, string>>;
}

export interface PageEntry {
  /** "runs/:run/inside" */
  readonly path: string;
  /** Key of its title in texts.ts. */
  readonly title: ShellText;
  readonly icon: IconName;
  /** In the main navigation, among the tabs of a run, or reached by links alone. */
  readonly place: "main" | "run" | "link";
  /** Of a tab: the runs that have it. Default all that can be read. */
  readonly has?: (run: RunSummary) => boolean;
  load(): Promise<ComponentType<PageProps>>;
}

// prettier-ignore
export const PAGES: readonly PageEntry[] = [
  { path: "runs", title: "runs", icon: "runs", place: "main", load: async () => (await import("./run/page.js")).RunsPage },
  { path: "new", title: "start", icon: "start", place: "main", load: async () => (await import("./start/page.js")).StartPage },
  { path: "data", title: "data", icon: "data", place: "main", load: async () => (await import("./data/page.js")).DataPage },
  { path: "runs/:run", title: "overview", icon: "runs", place: "run", load: async () => (await import("./run/run-page.js")).RunPage },
  { path: "compare", title: "compare", icon: "runs", place: "link", load: async () => (await import("./run/compare-page.js")).ComparePage },
  // Pages of a run stand here, in the order of their tabs:
  { path: "runs/:run/inside", title: "inside", icon: "inside", place: "run", has: (run) => run.has.model, load: async () => (await import("./inside/page.js")).InsidePage },
  { path: "runs/:run/model", title: "model", icon: "model", place: "run", has: (run) => run.has.model, load: async () => (await import("./model/page.js")).ModelPage },
  { path: "runs/:run/forecast", title: "forecast", icon: "forecast", place: "run", has: (run) => run.task === "forecast" && (run.has.model || run.has.backtest), load: async () => (await import("./forecast/page.js")).ForecastPage },
  { path: "runs/:run/generate", title: "generate", icon: "generate", place: "run", has: (run) => run.task === "generate" && run.has.model, load: async () => (await import("./generate/page.js")).GeneratePage },
];

export interface Match {
  readonly entry: PageEntry;
  readonly params: Readonly<Record<string, string>>;
}

/** The page at a place; null where there is none. */
export function pageAt(path: readonly string[]): Match | null {
  for (const entry of PAGES) {
    const pieces = entry.path.split("/");
    if (pieces.length !== path.length) continue;
    if (!pieces.every((piece, i) => piece.startsWith(":") || piece === path[i])) continue;
    const named = pieces.flatMap((piece, i) => (piece.startsWith(":") ? [[piece.slice(1), path[i]!]] : []));
    return { entry, params: Object.fromEntries(named) as Record<string, string> };
  }
  return null;
}
