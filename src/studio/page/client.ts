/** Requests to the studio's server, which answers JSON, and what went wrong as a problem document (RFC 9457). */

import { dictionary } from "../ui/i18n.js";
import type { Problem } from "../api/index.js";

const t = dictionary(
  {
    unreachable: "The studio does not answer.",
    restart: "Start it again with npx sluice studio, and open the address that it prints.",
  },
  {
    unreachable: "Studio 没有响应。",
    restart: "请重新运行 npx sluice studio，然后打开它给出的网址。",
  },
);

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
  const response = await reach(path, init);
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** @throws RequestProblem with status 0 when no server answers */
export async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
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
