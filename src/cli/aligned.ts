import { fit, plain, widthOf } from "./text-width.js";

const GAP = "  ";
/** A column is not cut below this, so that something of each can be read. */
const LEAST = 8;

/**
 * A table for the terminal, columns of numbers to the right. Where it is wider than the terminal, the widest columns of texts are cut.
 * @param header left out for a list of names and values
 */
export function aligned(header: readonly string[] | null, rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => row.map(plain));
  const columns = Math.max(header?.length ?? 0, ...rows.map((row) => row.length));
  const numeric = Array.from(
    { length: columns },
    (_, i) => header !== null && isNumeric(cells.map((row) => row[i] ?? "")),
  );
  const all = header ? [header, ...cells] : cells;
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...all.map((row) => widthOf(row[i] ?? ""))));
  narrow(widths, numeric, width);
  const line = (row: readonly string[]) => {
    return row
      .map((cell, i) => place(fit(cell, widths[i]!), widths[i]!, numeric[i]!))
      .join(GAP)
      .trimEnd();
  };
  const rule = widths.map((cells) => "─".repeat(cells)).join(GAP);
  return [...(header ? [line(header), rule] : []), ...cells.map(line)].join("\n");
}

function isNumeric(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => cell !== "") &&
    cells.every((cell) => /^$|^–$|^NaN$|^[−-]?[\d.,]+(e[+-]?\d+)?( ?\S{1,5})?$/.test(cell))
  );
}

/** The first column, which names the row, is cut last. */
function narrow(widths: number[], numeric: readonly boolean[], width: number): void {
  const total = () => widths.reduce((sum, cells) => sum + cells + GAP.length, -GAP.length);
  for (const first of [1, 0]) {
    const texts = widths.map((_, i) => i).filter((i) => i >= first && !numeric[i]);
    while (total() > width && texts.some((i) => widths[i]! > LEAST)) {
      const widest = texts.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
      widths[widest]!--;
    }
  }
}

function place(cell: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - widthOf(cell)));
  return right ? space + cell : cell + space;
}
