import { DELIMITERS, type Delimiter } from "./options.js";

/** Quoted parts, which may hold delimiters and line breaks. */
const QUOTED = /"(?:[^"]|"")*"/g;

/** Records of the sample that are compared; a description above the table is shorter than this by far. */
const COMPARED = 200;

/** The delimiter that cuts most records of the sample into equally many fields; "," where there is only one column. */
export function sniffDelimiter(sample: string): Delimiter {
  const lines = sample
    .replace(QUOTED, "")
    .split(/\r\n|\n|\r/)
    .filter((line) => line.length > 0)
    .slice(0, COMPARED);
  let best: Delimiter = ",";
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const counts = new Map<number, number>();
    for (const line of lines) {
      const fields = line.split(delimiter).length;
      if (fields > 1) counts.set(fields, (counts.get(fields) ?? 0) + 1);
    }
    for (const [fields, records] of counts) {
      // Agreement first, then the number of fields: a decimal comma cuts records in pieces too, but not all of them equally.
      const score = records * 1000 + fields;
      if (score > most) [best, most] = [delimiter, score];
    }
  }
  return best;
}

/** Whether every quote of the sample stands where RFC 4180 allows it: around a whole field, or doubled within one. */
export function quotesAreRegular(sample: string, delimiter: string): boolean {
  const d = delimiter === "|" ? "\\|" : delimiter;
  const field = new RegExp(`(?<=^|[${d}\\r\\n])"(?:[^"]|"")*"(?=$|[${d}\\r\\n])`, "g");
  const left = sample.replace(field, "");
  // The sample may end within a quoted field.
  const at = left.indexOf('"');
  return at === -1 || (at === left.lastIndexOf('"') && new RegExp(`(?:^|[${d}\\r\\n])"[^"]*$`).test(left));
}
