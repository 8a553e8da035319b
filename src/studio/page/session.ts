/** Who may see the studio: the token in the address is exchanged once for a cookie that scripts cannot read. */
import { signal } from "@preact/signals";
import type { SessionRequest, StudioState } from "../api/index.js";
import { get, post, RequestProblem } from "./client.js";

export type Session =
  | { readonly state: "opening" }
  | { readonly state: "open"; readonly studio: StudioState }
  | { readonly state: "refused" }
  | { readonly state: "failed"; readonly error: unknown };

export const session = signal<Session>({ state: "opening" });

export async function startSession(): Promise<void> {
  session.value = { state: "opening" };
  const token = /^#?token=([^&]+)$/.exec(location.hash)?.[1];
  // Gone from the address and the history before anything else is done.
  if (token !== undefined) location.replace("#/runs");
  try {
    // A token that was used before is no harm where the cookie is still good.
    if (token !== undefined) await post<void>("/api/session", { token } satisfies SessionRequest).catch(refusedOnly);
    session.value = { state: "open", studio: await get<StudioState>("/api/state") };
  } catch (error) {
    session.value = isRefusal(error) ? { state: "refused" } : { state: "failed", error };
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof RequestProblem && (error.status === 401 || error.status === 403);

function refusedOnly(error: unknown): void {
  if (!isRefusal(error)) throw error;
}
