/** A run inside of another one, such as a trial of a sweep, is named by its way there: "spring-sweep/trials/trial-003". */

/** Its own name. */
export const ownName = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** The run that it is inside of; null for one that stands by itself. */
export const outerName = (name: string): string | null =>
  name.includes("/") ? name.slice(0, name.indexOf("/")) : null;

/** Whether it goes on with the run that it is inside of, and not by itself: a training of a backtest, a model of a series. */
export const isPart = (name: string): boolean => /\/(?:fits|series)\//.test(name);

/** The run of one series, by its folder in the run of all. */
export const seriesRun = (outer: string, folder: string): string => `${outer}/series/${folder}`;
