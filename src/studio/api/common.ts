/** What all answers share. */

/** RFC 9457, application/problem+json. */
export interface Problem {
  /** "about:blank", or an address that tells the kind: "/problems/options". */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was being done, what was expected and what came, for people: plain text. */
  readonly detail: string;
  /** Of a start that failed: what the program said last. */
  readonly output?: string;
}

/** Float32 values, little endian, in base64; `src/studio/floats.ts` reads and writes them. */
export type Floats = string;

/** A number that may not be finite. */
export type Maybe = number | null;
