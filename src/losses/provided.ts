import type { Factories } from "../util/named.js";
import type { Loss } from "./loss.js";

/** Losses that weigh too much for every page: known by name where their module is, which is wherever `losses` is used. */
export const provided: Record<string, Factories<Loss>[string]> = {};

export function provideLosses(factories: Factories<Loss>): void {
  Object.assign(provided, factories);
}
