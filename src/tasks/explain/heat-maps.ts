/** How much of an explanation a picture shows. */

/** Rows, columns and bars that can be told apart. */
export const MOST_UNITS = 24;
export const MOST_STEPS = 120;
export const MOST_BARS = 15;

/** What a picture leaves out. @param from first step that is shown @param rows rows that are shown, of so many */
export function partOf(from: number, steps: number, rows: number, of: number, what: string): { subtitle?: string } {
  const parts = [
    ...(from > 0 ? [`the last ${steps - from} of ${steps} steps`] : []),
    ...(rows < of ? [`${rows} of ${of} ${what}, those that count most`] : []),
  ];
  return parts.length > 0 ? { subtitle: capital(`${parts.join("; ")}.`) } : {};
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
