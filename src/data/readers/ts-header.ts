import { check, show } from "../../util/errors.js";

/** What stands above @data in a .ts file; keys are read in any case, as sktime does. */
export interface TsHeader {
  readonly name: string;
  /** Values at each step; null where the header does not say it. */
  readonly dimensions: number | null;
  readonly seriesLength: number | null;
  readonly equalLength: boolean;
  /** Whether "?" may stand for a value. */
  readonly missing: boolean;
  /** Class labels in the header's order; empty where there are none. */
  readonly classes: readonly string[];
  /** Whether a number to be foreseen stands last in each line. */
  readonly target: boolean;
}

type Entries = ReadonlyMap<string, readonly string[]>;

export function tsHeader(place: string, entries: Entries): TsHeader {
  check(!truth(place, entries, "timestamps", false), () => {
    return `${place}: @timeStamps true is not read; write the values alone, at equal steps`;
  });
  const univariate = truth(place, entries, "univariate", true);
  const [labelled, ...classes] = entries.get("classlabel") ?? ["false"];
  const hasClasses = bool(place, "@classLabel", labelled);
  check(!hasClasses || classes.length > 0, () => `${place}: @classLabel true must be followed by the classes`);
  return {
    name: entries.get("problemname")?.join(" ") ?? "",
    dimensions: whole(place, entries, "dimensions") ?? (univariate && entries.has("univariate") ? 1 : null),
    seriesLength: whole(place, entries, "serieslength"),
    equalLength: truth(place, entries, "equallength", false),
    missing: truth(place, entries, "missing", true),
    classes: hasClasses ? classes : [],
    target: truth(place, entries, "targetlabel", false),
  };
}

function truth(place: string, entries: Entries, key: string, fallback: boolean): boolean {
  const given = entries.get(key);
  return given === undefined ? fallback : bool(place, `@${key}`, given[0]);
}

function bool(place: string, name: string, word: string | undefined): boolean {
  const low = word?.toLowerCase();
  check(low === "true" || low === "false", () => `${place}: ${name} must be true or false, got ${show(word)}`);
  return low === "true";
}

function whole(place: string, entries: Entries, key: string): number | null {
  const word = entries.get(key)?.[0];
  if (word === undefined) return null;
  check(/^[1-9]\d*$/.test(word), () => `${place}: @${key} must be a whole number, got ${show(word)}`);
  return Number(word);
}
