import { appendFile, readFile, writeFile } from "#files";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import type { Callback, Logs, TrainingRun } from "../callback.js";

export interface CSVLoggerOptions {
  /** The file to write. */
  path: string;
  /** Go on with a file that is there, instead of writing it anew. Default false. */
  append?: boolean;
  /** Default ",". */
  separator?: string;
}

/**
 * Writes a line an epoch to a CSV file (Node): epoch from 0, then the values by name, as Keras's CSVLogger orders them. Each
 * line is in the file as soon as its epoch ends.
 * @throws SluiceError when the file cannot be written, or has other columns than those that would be appended
 */
export function csvLogger(options: CSVLoggerOptions): Callback {
  return new CSVLogger(options);
}

class CSVLogger implements Callback {
  readonly #options: Required<CSVLoggerOptions>;
  #columns: string[] | null = null;

  constructor(options: CSVLoggerOptions) {
    this.#options = withDefaults<Required<CSVLoggerOptions>>(
      "csvLogger",
      { path: "", append: false, separator: "," },
      options,
    );
    const { path, separator } = this.#options;
    check(typeof path === "string" && path !== "", () => `csvLogger: path must be a path, got ${show(path)}`);
    const fits = typeof separator === "string" && /^[^"\r\n]$/.test(separator);
    check(fits, () => `csvLogger: separator must be one character, got ${show(separator)}`);
  }

  async onTrainBegin(_run: TrainingRun): Promise<void> {
    const { path, append } = this.#options;
    this.#columns = append ? await this.#existingColumns() : null;
    if (!append) await writeFile(path, new Uint8Array(0));
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const names = ["epoch", ...Object.keys(logs).sort()];
    let text = "";
    if (!this.#columns) {
      this.#columns = names;
      text = this.#line(names);
    }
    const columns = this.#columns;
    check(columns.length === names.length && names.every((name) => columns.includes(name)), () => {
      return `csvLogger: ${this.#options.path} has the columns ${columns.join(", ")}; this run has ${names.join(", ")}`;
    });
    const values: Logs = { ...logs, epoch };
    text += this.#line(columns.map((name) => String(values[name])));
    await appendFile(this.#options.path, new TextEncoder().encode(text));
  }

  /** The first line of a file that is there and not empty; null when there is none. */
  async #existingColumns(): Promise<string[] | null> {
    const bytes = await readFile(this.#options.path).catch(() => new Uint8Array(0));
    const [header = ""] = new TextDecoder().decode(bytes).split(/\r?\n/, 1);
    return header === "" ? null : this.#split(header);
  }

  /** A name that holds the separator or a quote is quoted (RFC 4180). */
  #line(cells: string[]): string {
    const quote = (cell: string) => {
      const plain = !cell.includes(this.#options.separator) && !/["\r\n]/.test(cell);
      return plain ? cell : `"${cell.replaceAll('"', '""')}"`;
    };
    return `${cells.map(quote).join(this.#options.separator)}\n`;
  }

  #split(line: string): string[] {
    const separator = this.#options.separator.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const cells = line.matchAll(new RegExp(`(?:^|${separator})(?:"((?:[^"]|"")*)"|([^"${separator}]*))`, "g"));
    return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!);
  }
}
