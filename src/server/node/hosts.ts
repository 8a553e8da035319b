/** Names of this machine as only itself calls it. */
export const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Whether only this machine can reach a server there. */
export const isLoopback = (host: string) =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
