import { checkCount, checkOptions, checkRange } from "../util/checks.js";

/** What one request, one client and the whole server may ask for; each limit has its status code. */
export interface Limits {
  /** Bytes of a request's body; beyond it 413. */
  readonly maxBody: number;
  /** Samples in one request, and requests' samples in one kernel call; beyond it 422. */
  readonly maxBatch: number;
  /** Steps of a sample: rows, characters of a text, pieces that are generated; beyond it 422. */
  readonly maxLength: number;
  /** Sessions that are open at a time; beyond it 503. */
  readonly maxSessions: number;
  /** Seconds after which a session that nobody asks is closed. */
  readonly idle: number;
  /** Requests a second and client; beyond it 429. 0 for no limit. */
  readonly rate: number;
  /** Requests that wait for the network; beyond it 503. */
  readonly maxQueue: number;
  /** Milliseconds that the first of concurrent requests waits for others; 0: only while there are requests to read, which costs nothing. */
  readonly maxWait: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxBody: 4 * 2 ** 20,
  maxBatch: 256,
  maxLength: 10_000,
  maxSessions: 10_000,
  idle: 300,
  rate: 0,
  maxQueue: 1024,
  maxWait: 0,
};

/** @throws SluiceError for a limit that is unknown or no number of its kind */
export function limitsOf(where: string, given: Partial<Limits> = {}): Limits {
  checkOptions(where, given, Object.keys(DEFAULT_LIMITS));
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const name of ["maxBody", "maxBatch", "maxLength", "maxSessions", "maxQueue"] as const)
    checkCount(where, name, limits[name]);
  checkRange(where, "idle", limits.idle, 0.001);
  for (const name of ["rate", "maxWait"] as const) checkRange(where, name, limits[name], 0);
  return limits;
}
