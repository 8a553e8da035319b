import { checkChoice, checkRange } from "../../util/checks.js";
import { SluiceError } from "../../util/errors.js";
import type { Logs } from "../callback.js";
import { betterDirection, checkValueName, valueOf, type Direction, type ValueSource } from "./values.js";

export interface MonitorOptions {
  /** The value to watch. Default "val_loss". */
  monitor?: string;
  /** Whether smaller or larger is better; "auto" asks the metric. Default "auto". */
  mode?: "auto" | Direction;
}

/** One value, watched: what it is, and whether it has become better by more than minDelta. Semantics of Keras's MonitorCallback. */
export class Monitor {
  readonly name: string;
  best: number | null = null;
  #mode: "auto" | Direction;
  #direction: Direction = "min";
  readonly #minDelta: number;

  constructor(
    private readonly where: string,
    { monitor = "val_loss", mode = "auto" }: MonitorOptions,
    minDelta: number,
  ) {
    this.name = monitor;
    this.#mode = checkChoice(where, "mode", mode, ["auto", "min", "max"]);
    this.#minDelta = Math.abs(checkRange(where, "minDelta", minDelta));
  }

  /** Training begins: the value must be one that this run has, and its direction must be known. */
  begin(run: ValueSource): void {
    checkValueName(this.where, this.name, run);
    const direction = this.#mode === "auto" ? betterDirection(this.name, run) : this.#mode;
    if (direction) this.#direction = direction;
    else
      throw new SluiceError(
        `${this.where}: cannot tell whether "${this.name}" is better small or large; give mode "min" or "max"`,
      );
  }

  read(logs: Logs): number {
    return valueOf(this.where, this.name, logs);
  }

  /** Better than the reference by more than minDelta; anything is better than nothing. */
  improves(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    return this.#direction === "min" ? value + this.#minDelta < reference : value - this.#minDelta > reference;
  }
}
