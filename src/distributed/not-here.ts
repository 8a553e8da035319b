/** What one worker lacks and another may have: its job is no failure, and goes to others. */
import { SluiceError } from "../util/errors.js";

/** Data, runs or content of the store that a worker cannot find, or finds to be others than those that were meant. */
export class NotHere extends SluiceError {
  constructor(
    message: string,
    /** Where it was looked for: below the folder of data, or in the store. */
    readonly where: "data" | "store" = "data",
  ) {
    super(message);
  }
}
