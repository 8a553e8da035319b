/**
 * The one stream of events that a page has: a browser opens six connections to a server over HTTP/1.1, for all its tabs together.
 * It tells of the list of runs and of every run that is followed; when others are followed, it is opened anew.
 */
import { signal } from "@preact/signals";
import type { RunEvents } from "../../api/index.js";
import { subscribe, type Subscription } from "../events.js";

/** Events of one run. */
const OF_RUN = ["history", "gradientNorms", "progress", "status", "sweep", "training"] as const;

export type RunSink = {
  readonly [Name in (typeof OF_RUN)[number]]: (event: RunEvents[Name]) => void;
};

/** Whether it broke off and is tried again. */
export const lost = signal(false);

const sinks = new Map<string, RunSink>();
const listeners = new Set<(event: RunEvents["runs"]) => void>();
let current: { readonly path: string; readonly subscription: Subscription; unsubscribe(): void } | null = null;
let planned = false;

/** @returns what ends it */
export function followRun(name: string, sink: RunSink): () => void {
  sinks.set(name, sink);
  plan();
  return () => {
    sinks.delete(name);
    plan();
  };
}

export function followList(listener: (event: RunEvents["runs"]) => void): () => void {
  listeners.add(listener);
  plan();
  return () => {
    listeners.delete(listener);
    plan();
  };
}

/** Pages that change places leave and enter in one turn: one stream then, not two. */
function plan(): void {
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    connect();
  });
}

function connect(): void {
  // A page that nobody looks at holds no connection: a seventh could ask for nothing while six do.
  if (document.hidden) return leave();
  const names = [...sinks.keys()].sort();
  const query = new URLSearchParams(names.map((name) => ["run", name])).toString();
  const path = names.length + listeners.size === 0 ? null : `/api/events${query && `?${query}`}`;
  if (path === (current?.path ?? null)) return;
  leave();
  if (path !== null) current = open(path);
}

function leave(): void {
  current?.subscription.close();
  current?.unsubscribe();
  current = null;
  lost.value = false;
}

document.addEventListener("visibilitychange", plan);

function open(path: string) {
  const to = <Name extends keyof RunSink>(name: Name) => [
    name,
    (event: { readonly run: string }) => sinks.get(event.run)?.[name](event as never),
  ];
  const subscription = subscribe<RunEvents>(path, {
    ...(Object.fromEntries(OF_RUN.map(to)) as RunSink),
    runs: (event) => {
      for (const listener of listeners) listener(event);
    },
  });
  const unsubscribe = subscription.state.subscribe((state) => (lost.value = state === "lost"));
  return { path, subscription, unsubscribe };
}
