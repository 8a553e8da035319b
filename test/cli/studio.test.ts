// The verb: its address, what it says about itself, and its orderly end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { PROGRAM, runIn, workFolder } from "./program.js";

const folder = workFolder();
mkdirSync(join(folder, "work"));

/** Runs it until its address is there, asks it, and presses Ctrl-C. */
async function studio(
  words: readonly string[],
  ask: (address: URL) => Promise<void>,
): Promise<{ out: string; err: string; code: number | null }> {
  const child = spawn(process.execPath, [...PROGRAM, "studio", ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  let asked = false;
  const look = () => {
    const address = /Studio: (\S+)\n/.exec(out + err)?.[1];
    if (address === undefined || asked) return;
    asked = true;
    void ask(new URL(address)).finally(() => child.kill("SIGINT"));
  };
  child.stdout.on("data", (piece: Buffer) => ((out += piece.toString()), look()));
  child.stderr.on("data", (piece: Buffer) => ((err += piece.toString()), look()));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { out, err, code };
}

const open = (address: URL) => {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ token: address.hash.replace("#token=", "") });
  return fetch(new URL("/api/session", address), { method: "POST", headers, body });
};

test(
  "it prints an address that opens it, and Ctrl-C ends it well",
  { skip: process.platform === "win32" },
  async () => {
    const { out, err, code } = await studio(["work", "--no-open"], async (address) => {
      assert.equal(address.hostname, "127.0.0.1");
      const session = await open(address);
      assert.equal(session.status, 204);
      const headers = { cookie: session.headers.get("set-cookie")!.split(";")[0]! };
      const state = (await (await fetch(new URL("/api/state", address), { headers })).json()) as { folder: string };
      assert.ok(state.folder.endsWith("work"));
      const page = await (await fetch(address)).text();
      assert.match(page, /<script type="module" src="[^"]+\.js">/);
    });
    assert.equal(code, 0, err);
    assert.match(out, /^Studio: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    assert.match(err, /Ctrl-C ends the studio/);
  },
);

test(
  "with --json the address goes to standard error, and the object comes at the end",
  { skip: process.platform === "win32" },
  async () => {
    const { out, err, code } = await studio(["--json", "--quiet"], async (address) => void (await open(address)));
    assert.equal(code, 0);
    const reply = REPLIES.studio.parse(JSON.parse(out));
    assert.equal(reply.folder, ".");
    assert.match(err, new RegExp(`^Studio: ${reply.address}`));
  },
);

test("other machines are let in with a warning only", { skip: process.platform === "win32" }, async () => {
  const { err, code } = await studio(["--host", "0.0.0.0", "--no-open"], async () => undefined);
  assert.equal(code, 0);
  assert.match(err, /Warning: Other machines can reach/);
});

test("what is wrong is told at once", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as { port: number };
  try {
    const taken = await runIn(folder, `studio --no-open --port ${port}`);
    assert.equal(taken.code, 1);
    assert.match(taken.err, new RegExp(`port ${port} is taken`));
  } finally {
    server.close();
  }
  const missing = await runIn(folder, "studio nowhere --no-open");
  assert.ok(missing.code === 1 && /there is no folder nowhere/.test(missing.err));
  for (const port of ["x", "-1", "65536", "1.5"]) {
    const { code, err } = await runIn(folder, `studio --port ${port}`);
    assert.ok(code === 2 && /Expected a port/.test(err), err);
  }
});
