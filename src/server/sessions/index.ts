/** Sessions: sequences that go on from request to request. */
import type { Extension } from "../context.js";
import { describeSessions } from "./describe.js";
import { sessionRoutes } from "./routes.js";
import { Sessions, type SessionOptions } from "./sessions.js";

export interface SessionsExtension extends Extension {
  /** What sockets stand on; there is one once the app is made. */
  readonly sessions: Sessions;
}

/** Routes for sessions, to be given to `createApp` as an extension. @throws SluiceError for options that do not fit */
export function sessions(options: SessionOptions = {}): SessionsExtension {
  let shared: Sessions | undefined;
  return {
    get sessions() {
      if (!shared) throw new Error("sessions: createApp() has not been given this extension");
      return shared;
    },
    mount(app, context) {
      shared = new Sessions(context, options);
      sessionRoutes(app, shared);
    },
    describe: () => (shared ? describeSessions(shared) : { paths: {} }),
    close: () => shared?.store.clear(),
  };
}

export type { SessionOptions } from "./sessions.js";
