/** What a page asks the server for when it opens, and again when it wants to. */
import { useCallback, useEffect, useState } from "preact/hooks";

export interface Resource<Value> {
  /** What came last; stays while it is asked for again with the same key. */
  readonly value: Value | null;
  readonly error: unknown;
  readonly loading: boolean;
  reload(): void;
}

interface Held<Value> {
  readonly key: string | null;
  readonly value: Value | null;
  readonly error: unknown;
  readonly loading: boolean;
}

/**
 * @param key what is asked for, such as its path: another key asks anew and forgets; null asks for nothing
 * @param load called with a signal that is aborted when the answer is of no use any more
 */
export function useResource<Value>(
  key: string | null,
  load: (key: string, signal: AbortSignal) => Promise<Value>,
): Resource<Value> {
  const [turn, setTurn] = useState(0);
  const [held, setHeld] = useState<Held<Value>>({ key, value: null, error: null, loading: key !== null });
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    setHeld((before) => ({ key, value: before.key === key ? before.value : null, error: null, loading: true }));
    load(key, abort.signal).then(
      (value) => !abort.signal.aborted && setHeld({ key, value, error: null, loading: false }),
      (error: unknown) => {
        if (!abort.signal.aborted) setHeld((before) => ({ ...before, key, error, loading: false }));
      },
    );
    return () => abort.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const current = held.key === key ? held : { value: null, error: null, loading: key !== null };
  return { value: current.value, error: current.error, loading: current.loading, reload };
}
