/** Lines to standard error, those of one turn of the event loop in one write: a write costs more than the line. */
export function stderrLines(): (line: string) => void {
  let waiting = "";
  const flush = () => {
    const text = waiting;
    waiting = "";
    if (text !== "") process.stderr.write(text);
  };
  process.on("exit", flush);
  return (line) => {
    if (waiting === "") setImmediate(flush);
    waiting += line;
  };
}
