/**
 * Who may talk to the studio. Other pages in the same browser can send requests to this port: by a name of their own that resolves to
 * 127.0.0.1 (DNS rebinding), by forms and images, from other ports of this machine. So the Host header must be ours, the cookie is
 * given for a token that only the terminal has shown, and requests that the browser says come from elsewhere are refused.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import { refuseUnless } from "./problems.js";

/** 256 bits: guessing is hopeless, so attempts need no count. */
const SECRET_BYTES = 32;
/** More would mean that something opens addresses by itself. */
const MOST_TOKENS = 100;
const MOST_SESSIONS = 100;
const SAFE = ["GET", "HEAD"];

export class Access {
  readonly #tokens = new Set<string>();
  readonly #sessions = new Set<string>();
  #port = 0;

  /** @param host what the server is bound to: a loopback address, or one that other machines reach */
  constructor(readonly host: string) {}

  /** Known when the server listens. */
  set port(port: number) {
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  /** A token that can be exchanged for a session, once. */
  newToken(): string {
    return remember(this.#tokens, MOST_TOKENS);
  }

  /** Cookies do not tell ports apart: two studios would overwrite each other's. */
  get cookieName(): string {
    return `sluice-studio-${this.#port}`;
  }

  /** The cookie for a token; null where the token is none, or was used. */
  exchange(token: string): string | null {
    const known = take(this.#tokens, token);
    if (!known) return null;
    const session = remember(this.#sessions, MOST_SESSIONS);
    return generateCookie(this.cookieName, session, { path: "/", httpOnly: true, sameSite: "Strict" });
  }

  hasSession(c: Context): boolean {
    const cookie = getCookie(c, this.cookieName);
    return cookie !== undefined && [...this.#sessions].some((session) => same(session, cookie));
  }

  /** Refuses what did not ask for this server by its own name. */
  readonly checkHost: MiddlewareHandler = async (c, next) => {
    const host = c.req.header("host") ?? "";
    refuseUnless(this.#knows(host), 421, () => {
      return `the request asks for the host ${JSON.stringify(host.slice(0, 100))}, which this studio is not`;
    });
    await next();
  };

  /** Refuses what another page has sent. */
  readonly checkOrigin: MiddlewareHandler = async (c, next) => {
    const site = c.req.header("sec-fetch-site");
    const origin = c.req.header("origin");
    const own = `http://${c.req.header("host") ?? ""}`;
    const fromElsewhere =
      (site !== undefined && site !== "same-origin" && site !== "none") || (origin !== undefined && origin !== own);
    refuseUnless(!fromElsewhere, 403, () => "the request comes from another page");
    if (!SAFE.includes(c.req.method)) {
      refuseUnless(site !== "none", 403, () => "the request does not come from the studio's page");
      const type = c.req.header("content-type") ?? "";
      refuseUnless(/^application\/json\b/i.test(type), 415, () => "expected a body of application/json");
    }
    await next();
  };

  readonly checkSession: MiddlewareHandler = async (c, next) => {
    refuseUnless(this.hasSession(c), 401, () => {
      return "no session: open the address that `sluice studio` printed; it is good for one browser";
    });
    await next();
  };

  /** Addresses cannot be rebound; a name is taken only where it can but mean this machine. */
  #knows(host: string): boolean {
    const match = /^(?<name>\[[\da-f:.]+\]|[\w.-]+)(?::(?<port>\d+))?$/i.exec(host);
    if (!match || Number(match.groups!["port"] ?? 80) !== this.#port) return false;
    const name = match.groups!["name"]!.replace(/^\[|\]$/g, "").toLowerCase();
    if (name === "localhost" || name === this.host.toLowerCase()) return true;
    return isLoopback(this.host) ? isLoopback(name) : isIP(name) !== 0;
  }
}

export function isLoopback(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === "::1" || host === "localhost";
}

function remember(secrets: Set<string>, most: number): string {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  secrets.add(secret);
  for (const old of secrets) {
    if (secrets.size <= most) break;
    secrets.delete(old);
  }
  return secret;
}

function take(secrets: Set<string>, given: string): boolean {
  for (const secret of secrets) {
    if (same(secret, given)) return secrets.delete(secret);
  }
  return false;
}

function same(secret: string, given: string): boolean {
  const [a, b] = [Buffer.from(secret), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
