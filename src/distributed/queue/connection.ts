/** Connections to Redis, whose errors say what happened and where, without the password. */
import type * as bullmq from "bullmq";
import type { Redis } from "ioredis";
import { check, SluiceError } from "../../util/errors.js";
import type { RedisAddress } from "./address.js";

const CONNECT_MS = 10_000;
/** The longest time between two attempts to reach a server that was there before. */
const RETRY_MS = 5_000;

export type Bull = typeof bullmq;

/** @throws SluiceError where the packages are not installed */
export async function loadBull(): Promise<Bull> {
  const bull = await import("bullmq").catch(missing);
  const known = "getIgnoredChildrenFailures" in bull.Job.prototype;
  check(known, () => "a queue on Redis needs a newer bullmq than is installed: npm install bullmq@latest");
  return bull;
}

/** Both packages are optional: whoever works without a queue needs neither. */
function missing(cause: unknown): never {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
  throw new SluiceError("a queue on Redis needs two packages that are not installed: npm install bullmq ioredis", { cause }); // prettier-ignore
}

/**
 * Connects, and stays so: what is asked for while the server is away is done when it is back.
 * @param note is told when it goes and comes
 * @throws SluiceError where it cannot be reached now
 */
export async function openRedis(address: RedisAddress, note: (message: string) => void): Promise<Redis> {
  const { Redis } = await import("ioredis").catch(missing);
  let [wasReady, isAway] = [false, false];
  let reason: Error | null = null;
  const client = new Redis(address.url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (wasReady ? Math.min(RETRY_MS, 100 * 2 ** Math.min(times, 6)) : null),
  });
  client.on("error", (error: Error) => {
    reason ??= error;
    if (wasReady && !isAway) note(`${explained(error, address).message}; waiting for it`);
    isAway ||= wasReady;
  });
  client.on("ready", () => {
    if (isAway) note(`${address.shown}: the connection is back`);
    [wasReady, isAway] = [true, false];
  });
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw explained(reason ?? error, address);
  }
}

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "no Redis answers there (connection refused); start one, such as `redis-server --appendonly yes`",
  ECONNRESET: "the server ended the connection; where it expects TLS the address begins with rediss://",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of the host cannot be looked up",
  EHOSTUNREACH: "the host cannot be reached",
  ETIMEDOUT: "no answer; is the port open, and is it one of TLS where the address begins with rediss://?",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted; give that of its authority, NODE_EXTRA_CA_CERTS=ca.pem",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted; give that of its authority, NODE_EXTRA_CA_CERTS=ca.pem",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its certificate is not trusted; give that of its authority, NODE_EXTRA_CA_CERTS=ca.pem",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

/** What Redis answers begins with a word that says of what kind it is. */
const BY_WORD: Readonly<Record<string, string>> = {
  NOAUTH: "it asks for a password: redis://:PASSWORD@HOST:PORT, or such an address in SLUICE_REDIS",
  WRONGPASS: "it refuses the password",
  NOPERM: "the user may not do what a queue needs",
  OOM: "it is full: what it holds has reached its maxmemory; give it more, or take away queues that are done",
  MISCONF: "it cannot write to its disk and takes nothing new until it can",
  READONLY: "it is a replica, which takes nothing; give the address of the main server",
  LOADING: "it is still reading what it kept; try again in a moment",
};

/** What BullMQ says where a job has ended that is not this worker's any more. */
const LOST =
  "a job ended here that Redis no longer knows as this worker's: Redis was restarted and had forgotten it, or it was given to another worker; whoever asked for it has it done again";

/** An error of a connection, a command or a script, in one line; others stay as they are. */
export function explained(error: unknown, { shown }: RedisAddress): Error {
  if (error instanceof SluiceError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const word = /\b(?<word>NOAUTH|WRONGPASS|NOPERM|OOM|MISCONF|READONLY|LOADING)\b/.exec(message)?.groups?.["word"];
  const wrongVersion = /wrong version number|packet length too long/i.test(message);
  const known = word ? BY_WORD[word] : wrongVersion ? "it does not speak TLS; the address begins with redis://" : BY_CODE[code]; // prettier-ignore
  const lost = /^Missing (?:key|lock) for job|^Lock mismatch for job|^Job \S+ is not in the \w+ state/.test(message);
  if (lost) return new SluiceError(`${shown}: ${LOST}`, { cause: error });
  const closed = /Connection is closed/.test(message) ? "the connection was closed" : message;
  return new SluiceError(`${shown}: ${known ?? closed}`, { cause: error });
}
