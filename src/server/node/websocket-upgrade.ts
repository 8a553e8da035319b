/** What is looked at before a connection becomes a WebSocket: where, whence, who, and what is to be talked about. */
import type { IncomingMessage } from "node:http";
import type { ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import type { ServedModel } from "../served-model.js";
import { show } from "../../util/errors.js";

export const PATH = "/v1/stream";
/** The subprotocol that this server talks; a page offers a second one that carries the bearer token, as it cannot send the header. */
export const PROTOCOL = "sluice.v1";
const BEARER = "bearer.";

/** What the address asks for. */
export interface Wanted {
  readonly model: ServedModel;
  /** What binary messages are. */
  readonly binary: "float32" | "pcm16";
  /** What answers are. */
  readonly answers: "json" | "float32";
  /** Of sound: samples a second; undefined for those that the model knows. */
  readonly rate: number | undefined;
}

const CHOICES = { binary: ["float32", "pcm16"], answers: ["json", "float32"] } as const;
const NAMES = ["model", "binary", "answers", "rate"];

/** @throws Problem with the status that refuses the upgrade */
export async function checkUpgrade(
  request: IncomingMessage,
  { context, origins }: { readonly context: ServerContext; readonly origins: "*" | readonly string[] },
): Promise<Wanted> {
  const { headers, socket } = request;
  if (context.stopping.aborted)
    throw new Problem("shutting-down", "The server finishes what is under way.", { retryAfter: 5 });
  // Node hands over every request that offers an upgrade, HTTP/2's too.
  if (headers.upgrade?.toLowerCase() !== "websocket")
    throw new Problem("bad-request", "Connections are upgraded to WebSocket only; send the request without Upgrade.");
  context.checkHost(headers.host);
  context.spend(socket.remoteAddress ?? "");
  const url = addressOf(request);
  if (url.pathname !== context.basePath + PATH)
    throw new Problem(
      "not-found",
      `There is no WebSocket at ${show(url.pathname)}; it is at ${context.basePath}${PATH}.`,
    );
  checkOrigin(headers, origins);
  await checkToken(headers, context);
  const offered = protocolsOf(headers);
  if (offered.length > 0 && !offered.includes(PROTOCOL))
    throw new Problem("bad-request", `The subprotocol is ${PROTOCOL}; it was not among those that were offered.`);
  return wanted(url.searchParams, context);
}

function addressOf({ url = "/" }: IncomingMessage): URL {
  try {
    return new URL(url, "http://server");
  } catch (error) {
    throw new Problem("bad-request", "The address is not one.", { cause: error });
  }
}

/** Browsers let pages of any site connect and say which site it is; other clients say nothing. */
function checkOrigin({ origin, host }: IncomingMessage["headers"], origins: "*" | readonly string[]): void {
  if (origin === undefined || origins === "*" || origins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new Problem("foreign-origin", `Pages of ${show(origin)} may not connect.`);
}

async function checkToken(headers: IncomingMessage["headers"], { allows }: ServerContext): Promise<void> {
  const carried = protocolsOf(headers).find((one) => one.startsWith(BEARER));
  const authorization =
    headers.authorization ??
    (carried && `Bearer ${Buffer.from(carried.slice(BEARER.length), "base64url").toString("utf8")}`);
  if (await allows(authorization)) return;
  if (authorization === undefined)
    throw new Problem("unauthorized", `Send the header Authorization: Bearer <token>, or the subprotocol ${BEARER}<token in base64url>.`); // prettier-ignore
  throw new Problem("forbidden", "The token is not the right one.");
}

const protocolsOf = (headers: IncomingMessage["headers"]) =>
  (headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim()).filter((one) => one !== ""); // prettier-ignore

function wanted(query: URLSearchParams, { models }: ServerContext): Wanted {
  for (const name of query.keys())
    if (!NAMES.includes(name))
      throw new Problem("bad-request", `There is no ${show(name)}; there are ${NAMES.join(", ")}.`);
  const choice = <K extends keyof typeof CHOICES>(name: K): (typeof CHOICES)[K][number] => {
    const value = query.get(name) ?? CHOICES[name][0];
    const known = CHOICES[name].find((one) => one === value);
    if (known === undefined)
      throw new Problem("bad-request", `${name} must be one of ${CHOICES[name].join(", ")}, got ${show(value)}.`);
    return known;
  };
  const rate = query.get("rate");
  if (rate !== null && !(/^\d{4,6}$/.test(rate) && Number(rate) >= 4000 && Number(rate) <= 384_000))
    throw new Problem("bad-request", `rate must be 4000 to 384000 samples a second, got ${show(rate)}.`);
  const model = models.get(query.get("model") ?? undefined);
  return {
    model,
    binary: choice("binary"),
    answers: choice("answers"),
    rate: rate === null ? undefined : Number(rate),
  };
}
