/** Errors as problem documents (RFC 9457): each kind has its name, its status code and one sentence. */

/** All that can go wrong, by name; the document's `type` is "/problems/<name>". */
export const PROBLEMS = {
  "bad-request": { status: 400, title: "The request cannot be understood." },
  "malformed-json": { status: 400, title: "The body is not JSON." },
  "malformed-arrow": { status: 400, title: "The body is not an Arrow IPC stream." },
  unauthorized: { status: 401, title: "A bearer token is needed." },
  forbidden: { status: 403, title: "The bearer token is not the right one." },
  "foreign-origin": { status: 403, title: "Pages of this site may not connect." },
  "not-found": { status: 404, title: "There is nothing at this address." },
  "unknown-model": { status: 404, title: "There is no model of this name." },
  "method-not-allowed": { status: 405, title: "This address does not take this method." },
  "not-acceptable": { status: 406, title: "The answer cannot be given in the media types that were asked for." },
  "slow-request": { status: 408, title: "The request did not arrive in time." },
  "body-too-large": { status: 413, title: "The body is larger than allowed." },
  "unsupported-media-type": { status: 415, title: "Bodies of this media type are not read." },
  "invalid-input": { status: 422, title: "The data do not fit the model." },
  "too-many-samples": { status: 422, title: "There are more samples than allowed in one request." },
  "too-long": { status: 422, title: "A sample is longer than allowed." },
  "not-supported": { status: 422, title: "This model cannot do that." },
  "foreign-host": { status: 421, title: "The request is for another server." },
  "too-many-requests": { status: 429, title: "This client asks more often than allowed." },
  "upgrade-required": { status: 426, title: "This address talks WebSocket." },
  "header-too-large": { status: 431, title: "The header is larger than allowed." },
  internal: { status: 500, title: "The server failed." },
  overloaded: { status: 503, title: "Too many requests wait for the network." },
  "shutting-down": { status: 503, title: "The server is shutting down." },
  "unknown-session": { status: 404, title: "There is no such session." },
  "session-busy": { status: 409, title: "Too many requests wait for this session." },
  "stale-version": { status: 409, title: "The state belongs to another version of the model." },
  "too-many-sessions": { status: 503, title: "There are as many sessions open as allowed." },
  "bad-state": { status: 401, title: "The state token is not one of this server." },
  "expired-state": { status: 410, title: "The state token has expired." },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemName = keyof typeof PROBLEMS;

/** One thing that is wrong with the body. */
export interface ProblemItem {
  /** A JSON pointer (RFC 6901) into the body, as a URI fragment: "#/rows/0/price". */
  readonly pointer?: string;
  readonly detail: string;
}

export interface ProblemExtras {
  readonly errors?: readonly ProblemItem[];
  /** Seconds after which it may be tried again: the header Retry-After. */
  readonly retryAfter?: number;
  /** Of 405: the methods that the address takes. */
  readonly allow?: string;
  /** Of 426: the protocol that the address talks. */
  readonly upgrade?: string;
  readonly cause?: unknown;
}

/** Thrown by whatever answers a request; the app makes a response of it. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly kind: ProblemName,
    /** What was expected and what came, in one sentence; shown to the client, so nothing of the server's own. */
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail, { cause: extras.cause });
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }

  /** The document. @param base what stands before "/problems" where the app is mounted deeper */
  toDocument(base = "", requestId?: string): ProblemDocument {
    const { status, title } = PROBLEMS[this.kind];
    const { errors } = this.extras;
    return {
      type: `${base}/problems/${this.kind}`,
      title,
      status,
      detail: this.detail,
      ...(errors && { errors }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ProblemItem[];
  readonly requestId?: string;
}

export const PROBLEM_TYPE = "application/problem+json";

/** The response of a problem, with the headers that its status asks for. */
export function problemResponse(problem: Problem, base: string, headers: Readonly<Record<string, string>>): Response {
  const { retryAfter, allow, upgrade } = problem.extras;
  return new Response(JSON.stringify(problem.toDocument(base, headers["x-request-id"])), {
    status: problem.status,
    headers: {
      ...headers,
      "content-type": PROBLEM_TYPE,
      ...(retryAfter !== undefined && { "retry-after": String(Math.max(1, Math.ceil(retryAfter))) }),
      ...(allow !== undefined && { allow }),
      ...(upgrade !== undefined && { upgrade, connection: "Upgrade" }),
      ...(problem.status === 401 && { "www-authenticate": "Bearer" }),
    },
  });
}
