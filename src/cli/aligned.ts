import { fit, plain, widthOf, wrap } from "./text-width.js";

const GAP = "  ";
/** Where that is all that a table lacks to fit. */
const NARROW = " ";
/** A column of texts is not cut below this, so that something of each can be read. */
const LEAST = 8;

/**
 * A table for the terminal, columns of numbers to the right. Where it is wider than the terminal, headings take several lines, then the widest
 * columns of texts are cut, and the columns for which there is no room still follow below, behind the first, which names the rows.
 * @param header left out for a list of names and values, whose values take several lines where they are long
 */
export function aligned(header: readonly string[] | null, rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => row.map(plain));
  if (header === null) return list(cells, width);
  const columns = Array.from({ length: Math.max(header.length, ...cells.map((row) => row.length)) }, (_, i) =>
    columnOf(
      header[i] ?? "",
      cells.map((row) => row[i] ?? ""),
    ),
  );
  narrowTitles(columns, width);
  narrowTexts(columns, width);
  const gap = total(columns) > width && total(columns, NARROW) <= width ? NARROW : GAP;
  return blocks(columns, width, gap)
    .map((block) => table(block, gap))
    .join("\n\n");
}

/** Lines of names and values. A value that is a single word, as a path is, stays whole, so that it can be copied. */
function list(rows: readonly (readonly string[])[], width: number): string {
  const names = Math.max(...rows.map(([name = ""]) => widthOf(name)));
  const indent = " ".repeat(names + GAP.length);
  return rows
    .map(([name = "", ...values]) => {
      const lines = wrap(values.join(GAP), Math.max(LEAST, width - indent.length)).split("\n");
      return `${place(name, names, false)}${GAP}${lines.join(`\n${indent}`)}`.trimEnd();
    })
    .join("\n");
}

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly numeric: boolean;
  width: number;
}

function columnOf(title: string, cells: readonly string[]): Column {
  return { title, cells, numeric: isNumeric(cells), width: widest([title, ...cells]) };
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(widthOf));

function isNumeric(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => cell !== "") &&
    cells.every((cell) => /^$|^–$|^NaN$|^[−-]?[\d.,]+(e[+-]?\d+)?( ?\S{1,5})?$/.test(cell))
  );
}

function total(columns: readonly Column[], { length }: string = GAP): number {
  return columns.reduce((sum, { width }) => sum + width + length, -length);
}

/** A title is broken at its spaces, down to its longest word. */
function narrowTitles(columns: readonly Column[], width: number): void {
  const least = ({ title, cells }: Column) => widest([...title.split(" "), ...cells]);
  shrink(columns, width, least);
}

/** The first column, which names the row, is cut last. */
function narrowTexts([first, ...others]: readonly Column[], width: number): void {
  const all = [first!, ...others];
  const least = ({ title }: Column) => Math.max(LEAST, widest(title.split(" ")));
  for (const some of [others, all])
    shrink(
      some.filter(({ numeric }) => !numeric),
      width - total(all) + total(some.filter(({ numeric }) => !numeric)),
      least,
    );
}

/** Takes from the widest until they fit, or each has its least. */
function shrink(columns: readonly Column[], width: number, least: (column: Column) => number): void {
  while (total(columns) > width) {
    const open = columns.filter((column) => column.width > least(column));
    if (open.length === 0) return;
    open.reduce((a, b) => (b.width > a.width ? b : a)).width--;
  }
}

/** Columns that stand beside each other; each block begins with the first column. */
function blocks([first, ...others]: readonly Column[], width: number, gap: string): Column[][] {
  const found: Column[][] = [[first!]];
  for (const column of others) {
    const last = found.at(-1)!;
    if (last.length > 1 && total([...last, column], gap) > width) found.push([first!, column]);
    else last.push(column);
  }
  return found;
}

function table(columns: readonly Column[], gap: string): string {
  const titles = columns.map(({ title, width }) => wrap(title, width).split("\n"));
  const height = Math.max(...titles.map(({ length }) => length));
  // Titles of fewer lines stand on the rule.
  const heads = Array.from({ length: height }, (_, k) => titles.map((lines) => lines[k - height + lines.length] ?? ""));
  const rows = Array.from({ length: columns[0]!.cells.length }, (_, r) => columns.map(({ cells }) => cells[r]!));
  const line = (row: readonly string[]) => row.map((cell, i) => place(fit(cell, columns[i]!.width), columns[i]!.width, columns[i]!.numeric)).join(gap).trimEnd(); // prettier-ignore
  const rule = columns.map(({ width }) => "─".repeat(width)).join(gap);
  return [...heads.map(line), rule, ...rows.map(line)].join("\n");
}

function place(cell: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - widthOf(cell)));
  return right ? space + cell : cell + space;
}
