/** A run inside of another one, such as a trial of a sweep, is named by its way there: "spring-sweep/trials/trial-003". */

/** Its own name. */
export const ownName = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** The run that it is inside of; null for one that stands by itself. */
export const outerName = (name: string): string | null =>
  name.includes("/") ? name.slice(0, name.indexOf("/")) : null;

/** Whether it is a training of a backtest, which goes on with that alone. */
export const isFit = (name: string): boolean => name.includes("/fits/");
