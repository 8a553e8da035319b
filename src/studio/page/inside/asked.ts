/** What is asked of the server for the sample that is looked at, once somebody can see where the answer stands. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { post } from "../client.js";
import { useResource, type Resource } from "../resource.js";
import type { InsideState } from "./state.js";

/** Whether an element was ever near the window. */
function useMet(element: RefObject<HTMLElement | null>): boolean {
  const [met, setMet] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setMet(true),
      { rootMargin: "200px" },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return met;
}

/** @param more beside the input and the chosen output; null asks nothing */
export function useAsked<Reply>(state: InsideState, path: string, more: Readonly<Record<string, unknown>> | null) {
  const place = useRef<HTMLElement>(null);
  const met = useMet(place);
  // What was seen, not what is being typed: the answer belongs to the pictures.
  const seen = state.free.value;
  const input = state.asked;
  const target = state.target.value;
  const body = input && { input, ...(target !== null && { output: target }), ...more };
  const ready = met && seen !== null && more !== null;
  const number = useNumber(seen);
  const key = ready ? JSON.stringify([path, number, target, more]) : null;
  const resource: Resource<Reply> = useResource(key, (_, signal) => post<Reply>(state.path(path), body, signal));
  return { ...resource, place };
}

/** Changes when the value is another one: large values need not be part of a key. */
function useNumber(value: unknown): number {
  const held = useRef({ value, number: 0 });
  if (held.current.value !== value) held.current = { value, number: held.current.number + 1 };
  return held.current.number;
}
