/** Runs the program as a user does, in a folder of its own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import type { z } from "zod";

/** The program as modules; test/package.test.ts tries what is packed. */
export const PROGRAM = ["--conditions=sluice-modules", resolve("dist/cli/sluice.js")];

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Setting {
  readonly input?: string | Uint8Array;
  /** Whoever reads standard output goes away at once. */
  readonly closeOutput?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what standard error said so far, whenever it says more. */
  readonly onError?: (text: string, interrupt: () => void) => void;
}

/** A folder that is gone when the tests of the file have ended. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-cli-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param line words between spaces; a word that holds spaces stands in double quotes */
export function runIn(
  folder: string,
  line: string,
  { input, env, onError, closeOutput }: Setting = {},
): Promise<Outcome> {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
  const child = spawn(process.execPath, [...PROGRAM, ...words], { cwd: folder, env: { ...process.env, ...env } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => {
    err += text.toString();
    onError?.(err, () => child.kill("SIGINT"));
  });
  if (closeOutput) child.stdout.destroy();
  child.stdin.on("error", () => undefined); // a program that fails early does not read it
  child.stdin.end(input);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, out, err }));
  });
}

/** The result of a call with --json, in the shape of its verb. */
export async function ask<S extends z.ZodType>(folder: string, schema: S, line: string): Promise<z.output<S>> {
  const { code, out, err } = await runIn(folder, `${line} --json`);
  assert.equal(code, 0, err);
  return schema.parse(JSON.parse(out));
}
