/** Where a Redis is, and how that is told without its password. */
import { check, show, SluiceError } from "../../util/errors.js";

export interface RedisAddress {
  /** What is connected to, with the password. */
  readonly url: string;
  /** The same for messages: neither user nor password is in it. */
  readonly shown: string;
}

/** Holds an address that no list of processes shows, and the password for one that is given without. */
export const REDIS_VARIABLE = "SLUICE_REDIS";

/**
 * @param given `redis://[user][:password@]host[:port][/database]`, or `rediss://…` for TLS; left out: that of the environment
 * @param environment its SLUICE_REDIS also gives user and password where `given` names the same host without
 * @throws SluiceError that says what is wrong, without the password
 */
export function redisAddress(given: string | undefined, environment = process.env[REDIS_VARIABLE]): RedisAddress {
  check(Boolean(given ?? environment), () => `no Redis is given: redis://HOST:PORT, or in the variable ${REDIS_VARIABLE}`); // prettier-ignore
  const url = urlOf(given ?? environment!);
  if (given !== undefined && environment && url.password === "") {
    const known = urlOf(environment);
    if (known.host === url.host) [url.username, url.password] = [known.username, known.password];
  }
  const shown = new URL(url);
  [shown.username, shown.password] = ["", ""];
  return { url: url.href, shown: shown.href.replace(/\/$/, "") };
}

function urlOf(text: string): URL {
  const bare = text.replace(/^(?<scheme>\w+:\/\/)?.*@/, "$<scheme>"); // a password may stand before "@" in what is no URL too
  if (!/^rediss?:\/\/[^/]/.test(text) || !URL.canParse(text))
    throw new SluiceError(`Redis: expected an address such as redis://127.0.0.1:6379 or rediss://HOST:PORT, got ${show(bare)}`); // prettier-ignore
  const url = new URL(text);
  if (url.port === "") url.port = "6379";
  return url;
}
