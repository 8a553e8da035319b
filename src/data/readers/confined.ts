/** Where readers may read. Tables can name further files, such as the clips of a list: what is allowed is asked where a file is opened. */
let check: (path: string) => void = () => undefined;

/** For this thread from now on, such as one that does what others ask for. @param allow throws for a path that may not be read */
export function confineReads(allow: (path: string) => void): void {
  check = allow;
}

/** @throws what `confineReads` was given says */
export function checkReadable(path: string): void {
  check(path);
}
