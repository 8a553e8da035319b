/** The two streams of the program: results on standard output, everything else on standard error. */
import { styleOf, type Style } from "./style.js";
import { plainLines, wrapLines } from "./text-width.js";

const CLEAR_LINE = "\r\x1b[K";

/** Longer lines of prose are hard to read, however wide the terminal is. */
const WIDEST_PROSE = 100;

export interface Screen {
  /** One JSON object instead of text on standard output. */
  readonly json: boolean;
  /** No progress and no remarks on standard error; warnings and errors are still told. */
  readonly quiet: boolean;
  /** Cells of a line of standard output; Infinity where no terminal shows it, since a table in a file must not be cut. */
  readonly width: number;
  /** The same for prose. */
  readonly proseWidth: number;
  /** Whether standard output is read by somebody as it comes. */
  readonly outIsTerminal: boolean;
  readonly style: Style;
  readonly errorStyle: Style;
  /** What was warned of so far. */
  readonly warnings: readonly string[];
  /** A result: goes to standard output as it is. */
  print(text: string): void;
  /** A remark for the person who waits, on standard error. */
  note(text: string): void;
  warn(text: string): void;
  /** Draws the line that is redrawn in place, or takes it away; nothing where standard error is no terminal. */
  status: { readonly isLive: boolean; draw(line: string): void; clear(): void; readonly width: number };
}

export function openScreen(options: { json: boolean; quiet: boolean }): Screen {
  const { stdout, stderr, env } = process;
  const errorStyle = styleOf(stderr, env);
  const warnings: string[] = [];
  const live = stderr.isTTY && env["TERM"] !== "dumb" && !options.quiet;
  let drawn = false;
  const status = {
    isLive: live,
    get width() {
      return stderr.columns || WIDEST_PROSE;
    },
    draw(line: string) {
      if (live) stderr.write(`${CLEAR_LINE}${line}`);
      drawn = live;
    },
    clear() {
      if (drawn) stderr.write(CLEAR_LINE);
      drawn = false;
    },
  };
  const tell = (text: string) => {
    status.clear();
    stderr.write(`${wrapLines(text, stderr.columns || Infinity)}\n`);
  };
  return {
    ...options,
    width: stdout.columns || Infinity,
    proseWidth: Math.min(stdout.columns || WIDEST_PROSE, WIDEST_PROSE),
    outIsTerminal: stdout.isTTY,
    style: styleOf(stdout, env),
    errorStyle,
    warnings,
    status,
    print: (text) => void stdout.write(text),
    note: (text) => {
      if (!options.quiet) tell(text);
    },
    warn: (text) => {
      warnings.push(text);
      tell(`${errorStyle.yellow("Warning:")} ${plainLines(text)}`);
    },
  };
}
