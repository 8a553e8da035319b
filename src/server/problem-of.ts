import { SluiceError } from "../util/errors.js";
import { Problem } from "./problem.js";

/** Every error as a problem. What the library says of data that do not fit is said to the client as it is; all else is the server's. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof SluiceError) return new Problem("invalid-input", error.message, { cause: error });
  return new Problem("internal", "The server failed; its log says why.", { cause: error });
}
