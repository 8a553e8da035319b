/** Loaded before a program that a test starts: it ends with whoever holds its input, also where a test is killed. */
process.stdin.on("end", () => process.exit(1)).resume();
(process.stdin as { unref?: () => void }).unref?.();

export {};
