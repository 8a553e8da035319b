import type { renderAlone, stack } from "./plots/render.js";

/** What draws pictures. */
interface Drawing {
  readonly renderAlone: typeof renderAlone;
  readonly stack: typeof stack;
}

/** What makes a picture and what draws it, fetched at the first plot: a page without plots goes without. */
export function drawing<P>(picture: () => Promise<P>): Promise<[P, Drawing]> {
  return Promise.all([picture(), import("./plots/render.js")]);
}
