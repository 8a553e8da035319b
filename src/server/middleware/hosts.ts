import { show } from "../../util/errors.js";
import { Problem } from "../problem.js";

/**
 * A page of another site can make its own name point to this machine (DNS rebinding) and then ask as if it came from here; its requests
 * still name that site in the header Host.
 * @param hosts names without port; left out, all are taken
 * @returns what throws a Problem 421 for another name
 */
export function hostCheck(hosts: readonly string[] | undefined): (host: string | null | undefined) => void {
  if (hosts === undefined) return () => undefined;
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  return (host) => {
    const name = (host ?? "").toLowerCase().replace(/:\d+$/, "");
    if (!known.has(name)) throw new Problem("foreign-host", `The header Host names ${show(name)}, not this server.`);
  };
}
