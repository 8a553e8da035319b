import type { ProblemName } from "../settings.js";
import { adding } from "./adding.js";
import { brackets } from "./brackets.js";
import { JACK } from "./jack.js";
import { parity } from "./parity.js";
import type { Problem } from "./problem.js";
import { sine } from "./sine.js";
import { textProblem } from "./text.js";

/** @param text the visitor's own, for the problem "text"; null for the nursery rhyme */
export function problemOf(name: ProblemName, text: string | null): Problem {
  return name === "text" ? textProblem(text ?? JACK) : { sine, adding, parity, brackets }[name];
}
