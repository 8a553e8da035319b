/**
 * Lets everything that waits have its turn, arriving requests too; with `setImmediate` that costs microseconds. Where there is none, as in
 * edge workers, it goes on at once: a timer there belongs to one request and ends with it, though others wait for what it would do.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else resolve();
  });
}
