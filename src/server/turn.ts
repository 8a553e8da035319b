/** Lets everything that waits have its turn, arriving requests too. `setImmediate`, where there is one, costs microseconds; a timer a millisecond. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
