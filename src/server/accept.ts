import type { AppContext } from "./context.js";
import { Problem } from "./problem.js";

interface Range {
  readonly type: string;
  readonly q: number;
}

/**
 * The media type of the answer, by the header Accept (RFC 9110, 12.5.1): that of the highest weight, of equal ones the first offered.
 * @throws Problem 406 when none is acceptable
 */
export function negotiate<T extends string>(c: AppContext, offered: readonly T[]): T {
  const header = c.req.header("accept");
  if (header === undefined || header === "*/*" || header === offered[0]) return offered[0]!;
  const ranges = header.split(",").map(rangeOf);
  let best: T | undefined;
  let bestWeight = 0;
  for (const type of offered) {
    const weight = weightOf(type, ranges);
    if (weight > bestWeight) [best, bestWeight] = [type, weight];
  }
  if (best !== undefined) return best;
  throw new Problem("not-acceptable", `Accept one of ${offered.join(", ")}.`);
}

function rangeOf(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((part) => part.startsWith("q="));
  return { type, q: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
}

/** The most specific range that holds the type counts. */
function weightOf(type: string, ranges: readonly Range[]): number {
  for (const pattern of [type, type.replace(/\/.*/, "/*"), "*/*"]) {
    const found = ranges.find((range) => range.type === pattern);
    if (found) return found.q;
  }
  return 0;
}
