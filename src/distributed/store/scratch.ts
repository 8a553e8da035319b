/** Temporary folders that say whose they are: what a process that was killed left behind, the next one of this machine takes away. */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded, ownerIn, ownOwner } from "../../runs/owner.js";

const PREFIXES = ["sluice-store-", "sluice-worker-"] as const;
const OWNER = "owner.json";

/** @param prefix of its name, in the folder of temporary files */
export function makeScratch(prefix: (typeof PREFIXES)[number], root = tmpdir()): string {
  sweepScratch(root);
  const folder = mkdtempSync(join(root, prefix));
  writeFileSync(join(folder, OWNER), JSON.stringify(ownOwner()));
  return folder;
}

/** Only of this user, only folders, only those whose owner is known to have ended. */
function sweepScratch(root: string): void {
  for (const name of readdirSync(root)) {
    if (!PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    const folder = join(root, name);
    try {
      const found = lstatSync(folder);
      if (!found.isDirectory() || (process.getuid && found.uid !== process.getuid())) continue;
      const owner = ownerIn(readFileSync(join(folder, OWNER), "utf8"));
      if (owner && hasEnded(owner)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // It has no owner, or another one took it away just now.
    }
  }
}
