/** How the program ends when it does not end well, and what it says then. */

export const EXIT = { done: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** The program was called wrongly: nothing was begun. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /** @param verb whose help tells more; left out for the program's own */
  constructor(
    message: string,
    readonly verb?: string,
  ) {
    super(message);
  }
}

/** The work was stopped by Ctrl-C and can be gone on with. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  constructor(
    message: string,
    /** Command that goes on with it. */
    readonly resume: string | null,
  ) {
    super(message);
  }
}

/** What the JSON on standard output says of an error; `kind` "bug" is a fault of the program itself. */
export interface ErrorReply {
  readonly kind: "usage" | "failure" | "interrupted" | "bug";
  readonly message: string;
  readonly exitCode: number;
  readonly resume?: string;
  readonly stack?: string;
}

export function describeError(error: unknown): ErrorReply {
  if (error instanceof UsageError) return { kind: "usage", message: error.message, exitCode: EXIT.usage };
  if (error instanceof InterruptedError) {
    const { message, resume } = error;
    return { kind: "interrupted", message, exitCode: EXIT.failed, ...(resume !== null && { resume }) };
  }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (name === "SluiceError" || isSystemError(error)) return { kind: "failure", message, exitCode: EXIT.failed };
  return { kind: "bug", message: `${name}: ${message}`, exitCode: EXIT.failed, ...(stack && { stack }) };
}

/** A full disk, a file without permission: the world's fault, not the program's. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error;
}
