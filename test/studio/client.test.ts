/** A request that nobody answers ends in words, and does not load for ever. */
import assert from "node:assert/strict";
import { test, mock } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { language: "en" }, configurable: true });
Object.defineProperty(globalThis, "document", { value: { documentElement: {} }, configurable: true });
const { get, RequestProblem } = await import("../../src/studio/page/client.js");

/** As a browser that has no connection left: it answers when it is told to give up. */
const silent = (_: unknown, { signal }: RequestInit) =>
  new Promise<Response>((_done, fail) => {
    signal!.addEventListener("abort", () => fail(signal!.reason as Error));
  });

test("one that takes too long says so, one that the page gives up says nothing", async (t) => {
  const waits: number[] = [];
  mock.method(globalThis, "fetch", silent);
  mock.method(AbortSignal, "timeout", (ms: number) => {
    waits.push(ms);
    const soon = new AbortController();
    setTimeout(() => soon.abort(new DOMException("late", "TimeoutError")), 20);
    return soon.signal;
  });
  t.after(() => mock.restoreAll());
  await assert.rejects(get("/api/state"), (error) => error instanceof RequestProblem && /too long/.test(error.title));
  assert.ok(waits[0]! > 120_000, "the server gives up first, with a reason");
  const leave = new AbortController();
  const asked = get("/api/state", leave.signal);
  leave.abort();
  await assert.rejects(asked, { name: "AbortError" });
});
