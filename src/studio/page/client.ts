/** Requests to the studio's server, which answers JSON, and what went wrong as a problem document (RFC 9457). */

import { dictionary } from "../ui/i18n.js";
import type { Problem } from "../api/index.js";

const t = dictionary(
  {
    unreachable: "The studio does not answer.",
    restart: "Start it again with npx sluice studio, and open the address that it prints.",
    silent: "The studio took too long to answer.",
    silentHelp: "Where many pages of it are open, close some: a browser asks one server for few things at once.",
  },
  {
    unreachable: "Studio 没有响应。",
    restart: "请重新运行 npx sluice studio，然后打开它给出的网址。",
    silent: "Studio 迟迟没有响应。",
    silentHelp: "若打开了许多 Studio 页面，请关闭一些：浏览器同时向一个服务器发出的请求有限。",
  },
);

/** The server gives up after two minutes; what has not come by then waits for a connection that other pages hold. */
const LONGEST_MS = 150_000;

/** What the server says went wrong: `title` and `detail` are plain text for people. */
export class RequestProblem extends Error {
  override readonly name = "RequestProblem";

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** What a program said before it failed. */
    readonly output?: string,
  ) {
    super(detail ? `${title}: ${detail}` : title);
  }
}

/** What a path is asked with: pieces of text that are encoded, so that a run may have any name. */
export const apiPath = (...pieces: readonly string[]): string => `/api/${pieces.map(encodeURIComponent).join("/")}`;

export const get = <Answer>(path: string, signal?: AbortSignal): Promise<Answer> =>
  ask<Answer>(path, { ...(signal && { signal }) });

export const post = <Answer>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> =>
  ask<Answer>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

async function ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const late = AbortSignal.timeout(LONGEST_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
  try {
    const response = await reach(path, { ...init, signal });
    if (!response.ok) throw await problemOf(response);
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  } catch (error) {
    if (late.aborted && !init.signal?.aborted) throw new RequestProblem(0, t("silent"), t("silentHelp"));
    throw error;
  }
}

/** @throws RequestProblem with status 0 when no server answers */
export async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && ["AbortError", "TimeoutError"].includes(error.name)) throw error;
    throw new RequestProblem(0, t("unreachable"), t("restart"));
  }
}

/** What the request failed with, also where the answer is no problem document. */
export async function problemOf(response: Response): Promise<RequestProblem> {
  const text = await response.text();
  try {
    const { title, detail, output } = JSON.parse(text) as Partial<Problem>;
    if (title !== undefined) return new RequestProblem(response.status, title, detail ?? "", output);
  } catch {
    // Not JSON: the status says it all.
  }
  return new RequestProblem(response.status, `${response.status} ${response.statusText}`, "");
}
