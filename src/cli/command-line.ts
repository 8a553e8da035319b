/** Commands as they are typed, for reports and for what to try next. */

export function commandLine(words: readonly string[]): string {
  return ["sluice", ...words.map(quoted)].join(" ");
}

/** A word as a shell takes it; cmd and PowerShell know double quotes only. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./\\-]+$/.test(word) && (process.platform === "win32" || !word.includes("\\"))) return word;
  return process.platform === "win32" ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
