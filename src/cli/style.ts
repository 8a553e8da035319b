/** Colours, where a stream is a terminal that wants them. */

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/**
 * @param stream standard output or standard error
 * @param env the environment; NO_COLOR that is not empty turns colours off (no-color.org), and so does TERM=dumb
 */
export function styleOf(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  const on = stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const paint = ([open, close]: readonly [number, number]) => {
    return (text: string) => (on ? `\x1b[${open}m${text}\x1b[${close}m` : text);
  };
  return Object.fromEntries(Object.entries(CODES).map(([name, codes]) => [name, paint(codes)])) as Style;
}
