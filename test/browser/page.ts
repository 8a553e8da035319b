// What runs inside the page: a few lines of test runner, whose results harness.ts reads and reports as Node's subtests.

export interface PageResult {
  readonly name: string;
  /** Undefined when the test passed. */
  readonly error?: string;
}

declare global {
  var pageResults: Promise<PageResult[]>;
}

globalThis.pageResults = Promise.resolve([]);

/** Registers a test; tests run one after another. All must be registered before the page's module has finished. */
export function pageTest(name: string, body: () => void | Promise<void>): void {
  globalThis.pageResults = globalThis.pageResults.then(async (done) => {
    try {
      await body();
      return [...done, { name }];
    } catch (error) {
      return [...done, { name, error: error instanceof Error ? `${error.stack ?? error.message}` : String(error) }];
    }
  });
}

export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(a === b, `${what}: expected ${b}, got ${a}`);
}
