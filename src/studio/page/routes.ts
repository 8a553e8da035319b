/** Where the visitor is, as the part of the address after "#": `#/runs/spring?chart=log`. The server never sees it. */
import { computed, signal } from "@preact/signals";

export interface Place {
  /** "/runs/spring", decoded piece by piece: ["runs", "spring"]. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** Where a visit begins, also while the token is still in the address. */
const HOME = "/runs";

function read(): string {
  const text = location.hash.replace(/^#/, "");
  return text === "" || text === "/" || text.startsWith("token=") ? HOME : text;
}

const hash = signal(read());
addEventListener("hashchange", () => (hash.value = read()));

export const place = computed<Place>(() => {
  const [path = "", query = ""] = hash.value.split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
});

function decode(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece; // a percent sign typed by hand
  }
}

/** The address of a page: `linkTo(["runs", name], { chart: "log" })`. */
export function linkTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search && `?${search}`}`;
}

export function goTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): void {
  location.hash = linkTo(path, query);
}

/** Changes what stands behind "?" without a step in the history. Empty values go. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const { path, query } = place.value;
  const next = { ...Object.fromEntries(query), ...changes };
  const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ""));
  history.replaceState(history.state, "", linkTo(path, kept));
  hash.value = read();
}
