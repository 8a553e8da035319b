/** Server-sent events: those that the server pushes as long as a page is open, and those that answer one request. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { problemOf, reach } from "./client.js";

type Handlers<Events> = { readonly [Name in keyof Events]?: (data: Events[Name]) => void };

export interface Subscription {
  /** "lost": it is tried again, ever more seldom. */
  readonly state: ReadonlySignal<"connecting" | "open" | "lost" | "closed">;
  close(): void;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Listens until closed. The browser itself reconnects where a stream breaks off; where the server refuses (it was
 * restarted, say) we try again. The server tells everything anew after each connection, so handlers must bear that.
 */
export function subscribe<Events>(path: string, handlers: Handlers<Events>): Subscription {
  const state = signal<"connecting" | "open" | "lost" | "closed">("connecting");
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  const connect = () => {
    source = new EventSource(path);
    source.onopen = () => {
      state.value = "open";
      wait = FIRST_WAIT_MS;
    };
    source.onerror = () => {
      if (state.value === "closed") return;
      state.value = "lost";
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    };
    for (const [name, handle] of Object.entries(handlers) as [string, (data: unknown) => void][])
      source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data)));
  };
  connect();
  return {
    state,
    close() {
      state.value = "closed";
      clearTimeout(timer);
      source.close();
    },
  };
}

/** Sends `body` and hands on the events of the answer until it ends. @throws RequestProblem when the request is refused */
export async function postForEvents<Events>(
  path: string,
  body: unknown,
  handlers: Handlers<Events>,
  signal?: AbortSignal,
): Promise<void> {
  const response = await reach(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  if (!response.ok || !response.body) throw await problemOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const events = (rest + read.value).split(/\r?\n\r?\n/);
    rest = events.pop()!;
    for (const event of events) tell(event, handlers);
  }
}

function tell<Events>(event: string, handlers: Handlers<Events>): void {
  const fields = event.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line));
  const name = fields.find((field) => field?.[1] === "event")?.[2] ?? "message";
  const data = fields.flatMap((field) => (field?.[1] === "data" ? [field[2]!] : [])).join("\n");
  if (data) handlers[name as keyof Events]?.(JSON.parse(data) as Events[keyof Events]);
}
