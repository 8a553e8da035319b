// The package as its user gets it: packed, and unpacked in an empty folder as `npm install` would do. The packages that it depends
// on are links to those of this checkout: npm itself would ask the registry which versions there are, and tests use no network.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  bin?: Record<string, string>;
}

const root = resolve(".");

/** Runs a program and gives what it printed; what it printed is in the error when it fails. */
export function command(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${[file, ...args].join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** A folder of a user who has installed the tarball. */
export interface Consumer {
  readonly folder: string;
  /** node_modules/sluice in it. */
  readonly installed: string;
  remove(): void;
}

export function installPackage(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), "sluice-consumer-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    command("npm", ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder], root);
    const installed = join(folder, "node_modules/sluice");
    unpack(folder, installed);
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      link(join(root, "node_modules", name), join(folder, "node_modules", name));
    }
    for (const [name, path] of Object.entries(manifest.bin ?? {})) {
      chmodSync(join(installed, path), 0o755);
      link(join(installed, path), join(folder, "node_modules/.bin", name));
    }
    writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }');
    return { folder, installed, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function unpack(folder: string, to: string): void {
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"))!;
  mkdirSync(to, { recursive: true });
  command("tar", ["-xzf", join(folder, tarball), "-C", to, "--strip-components=1"], folder);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
