import { check, show } from "../../util/errors.js";
import { parseNumber } from "./number-text.js";
import type { ByteSource } from "./source.js";
import { readLines, type TextOptions } from "./text.js";
import { tsHeader, type TsHeader } from "./ts-header.js";

/** One series: values[t * D + d] is dimension d at step t, NaN where the file has "?". */
export interface TsSeries {
  readonly values: Float32Array;
  /** Steps. */
  readonly length: number;
  /** Values at each step. */
  readonly D: number;
}

export interface TsData {
  /** @problemName, "" where there is none. */
  readonly name: string;
  readonly dimensions: number;
  /** In the header's order; empty where the file has none. */
  readonly classes: readonly string[];
  readonly series: readonly TsSeries[];
  /** The class of each series; empty where the file has none. */
  readonly labels: readonly string[];
  /** The number to be foreseen of each series (@targetLabel true); empty where the file has none. */
  readonly targets: Float64Array;
}

/**
 * Reads the UCR/UEA archive's .ts format (sktime's documentation, "The .ts file format"): dimensions separated by ":", values by
 * ",", the class last. Series may differ in length; the dimensions of one series may not. Files with time stamps are refused.
 * @throws SluiceError with file and line where a line is not what the header says
 */
export async function readTs(source: ByteSource, options: TextOptions = {}): Promise<TsData> {
  const where = "readTs";
  let file = options.name ?? (typeof source === "string" ? source.replace(/^.*[\\/]/, "") : "series");
  const entries = new Map<string, string[]>();
  const reader: { current: SeriesReader | null } = { current: null };
  for await (const { text, line } of readLines(source, options)) {
    const trimmed = text.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const place = `${where}: ${file}, line ${line}`;
    if (reader.current !== null) reader.current.add(place, trimmed);
    else if (trimmed.toLowerCase() === "@data") reader.current = new SeriesReader(tsHeader(place, entries));
    else addEntry(place, entries, trimmed);
  }
  file = `${where}: ${file}`;
  check(reader.current !== null, () => `${file} has no line @data: it is no .ts file`);
  return reader.current.finish(file);
}

function addEntry(place: string, entries: Map<string, string[]>, text: string): void {
  check(text.startsWith("@"), () => `${place}: expected a line such as "@univariate true", got ${show(text)}`);
  const [key, ...words] = text.slice(1).split(/\s+/);
  entries.set(key!.toLowerCase(), words);
}

class SeriesReader {
  readonly #header: TsHeader;
  #dimensions: number | null;
  readonly #series: TsSeries[] = [];
  readonly #labels: string[] = [];
  readonly #targets: number[] = [];

  constructor(header: TsHeader) {
    this.#header = header;
    this.#dimensions = header.dimensions;
  }

  add(place: string, text: string): void {
    const { classes, target } = this.#header;
    const parts = text.split(":");
    if (classes.length > 0 || target) {
      check(
        parts.length > 1,
        () => `${place}: expected values, ":" and the ${target ? "target" : "class"}, got ${show(text)}`,
      );
      this.#addLabel(place, parts.pop()!.trim());
    }
    this.#dimensions ??= parts.length;
    check(parts.length === this.#dimensions, () => {
      return `${place}: expected ${this.#dimensions} dimensions separated by ":", got ${parts.length}`;
    });
    this.#series.push(this.#read(place, parts));
  }

  #addLabel(place: string, label: string): void {
    const { classes, target } = this.#header;
    if (target) {
      const value = parseNumber(label, ".");
      check(!Number.isNaN(value), () => `${place}: expected a number as the target, got ${show(label)}`);
      this.#targets.push(value);
      return;
    }
    check(classes.includes(label), () => `${place}: the class ${show(label)} is not one of ${classes.join(", ")}`);
    this.#labels.push(label);
  }

  #read(place: string, parts: readonly string[]): TsSeries {
    const D = parts.length;
    const cells = parts.map((part) => part.split(","));
    const length = cells[0]!.length;
    const { seriesLength, equalLength } = this.#header;
    const expected = equalLength ? (seriesLength ?? this.#series[0]?.length ?? length) : length;
    const values = new Float32Array(length * D);
    for (const [d, texts] of cells.entries()) {
      check(texts.length === expected, () => {
        return `${place}: dimension ${d + 1} has ${texts.length} values, expected ${expected}`;
      });
      for (const [t, cell] of texts.entries()) values[t * D + d] = this.#value(place, cell.trim(), d, t);
    }
    return { values, length, D };
  }

  #value(place: string, cell: string, d: number, t: number): number {
    const isMissing = cell === "?" || cell === "NaN";
    const value = isMissing ? NaN : parseNumber(cell, ".");
    check(!Number.isNaN(value) || (isMissing && this.#header.missing), () => {
      const which = `value ${t + 1} of dimension ${d + 1}`;
      return `${place}: ${which} must be a number${isMissing ? ", as @missing is false" : ""}, got ${show(cell)}`;
    });
    return value;
  }

  finish(file: string): TsData {
    check(this.#series.length > 0, () => `${file} has no series below @data`);
    return {
      name: this.#header.name,
      dimensions: this.#dimensions!,
      classes: this.#header.classes,
      series: this.#series,
      labels: this.#labels,
      targets: Float64Array.from(this.#targets),
    };
  }
}
