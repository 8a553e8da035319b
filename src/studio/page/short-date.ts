const DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00(?:\.0+)?)?Z?$/;

/** A date with a time of day as people write it; anything else as it is. */
export const shortDate = (label: string): string => label.replace(DATE_TIME, "$1 $2");
