// The server on a port: clients that are slow, that send too much header or no HTTP, that vanish; shutdown; the program as a process.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { serve, type ServeOptions, type Serving } from "sluice/server/node";
import { PROGRAM } from "../cli/program.js";
import { plain, plainBody, plainModel, problem, serverFolder } from "./http-support.js";

const folder = serverFolder();
const running: Serving[] = [];
after(async () => {
  for (const one of running) await one.close();
});

async function start(options: Partial<ServeOptions> = {}): Promise<Serving> {
  const serving = await serve({ models: [await plain()], port: 0, grace: 1, ...options });
  running.push(serving);
  return serving;
}

/** Sends text as it is, and gives back all that came until the server ended the connection. */
function raw(port: number, text: string, more?: (write: (text: string) => void) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(text);
      more?.((piece) => socket.write(piece));
    });
    let came = "";
    socket.on("data", (data) => (came += data.toString()));
    socket.on("close", () => resolve(came));
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? resolve(came) : reject(error)));
    socket.setTimeout(10_000, () => socket.destroy(new Error(`nothing for ten seconds; so far ${came}`)));
  });
}

function documentIn(response: string, kind: string, status: number): void {
  assert.match(response, new RegExp(`^HTTP/1.1 ${status} `));
  const [head, body] = response.split("\r\n\r\n");
  assert.match(head!, /content-type: application\/problem\+json/);
  assert.equal((JSON.parse(body!) as { type: string }).type, `/problems/${kind}`);
}

describe("clients that misbehave", () => {
  test("a header that is too large: 431", async () => {
    const { port } = await start();
    const lines = Array.from({ length: 200 }, (_, i) => `x-${i}: ${"a".repeat(100)}\r\n`).join("");
    documentIn(await raw(port, `GET / HTTP/1.1\r\nhost: localhost\r\n${lines}\r\n`), "header-too-large", 431);
  });

  test("no HTTP: 400", async () => {
    const { port } = await start();
    documentIn(await raw(port, "hello\r\n\r\n"), "bad-request", 400);
    documentIn(await raw(port, "GET / HTTP/1.1\r\nhost: localhost\r\nno colon here\r\n\r\n"), "bad-request", 400);
  });

  test("a header that does not end, and a body that does not come: 408, and others are answered meanwhile", async () => {
    const { port, url } = await start({ headersTimeout: 0.3, requestTimeout: 0.6 });
    const header = raw(port, "GET / HTTP/1.1\r\nhost: local");
    const body = raw(
      port,
      "POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    );
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    documentIn(await header, "slow-request", 408);
    documentIn(await body, "slow-request", 408);
  });

  test("a client that vanishes before and after its body: the server goes on", async () => {
    const { port, url } = await start();
    for (const piece of [
      "POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{",
      "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () =>
          socket.write(piece, () => setTimeout(() => socket.resetAndDestroy(), 30)),
        );
        socket.on("close", () => resolve());
        socket.on("error", () => undefined);
      });
    }
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  test("a body that is larger than its limit, sent in pieces without a length: 413", async () => {
    const { port } = await start({ limits: { maxBody: 1000 } });
    const head = "POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"; // prettier-ignore
    const chunk = `400\r\n${"x".repeat(0x400)}\r\n`;
    documentIn(await raw(port, head + chunk + chunk + "0\r\n\r\n"), "body-too-large", 413);
  });

  test("a page that made its name point here: 421; with a token any name will do", async () => {
    const { port } = await start();
    const ask = (at: number, headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        request({ port: at, host: "127.0.0.1", path: "/v1/models", headers }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on("error", reject)
          .end();
      });
    assert.equal(await ask(port, { host: "evil.example" }), 421);
    assert.equal(await ask(port, { host: `localhost:${port}` }), 200);
    const token = "a-token-for-tests";
    const guarded = await start({ token });
    assert.equal(await ask(guarded.port, { host: "api.example", authorization: `Bearer ${token}` }), 200);
    const named = await start({ allowedHosts: ["api.example"] });
    assert.equal(await ask(named.port, { host: "api.example" }), 200);
  });
});

describe("shutdown", () => {
  test("what is under way is finished, idle connections are closed, the port is free", async () => {
    const served = await plain("slow", 1, { limits: { maxWait: 300 } });
    const serving = await serve({ models: [served], port: 0, grace: 5 });
    assert.equal((await fetch(`${serving.url}/healthz`)).status, 200);
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(plainBody(served)),
    };
    const underWay = fetch(`${serving.url}/v1/predict`, init);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begun = performance.now();
    await Promise.all([serving.close(), underWay.then(async (response) => assert.equal(response.status, 200, await response.text()))]); // prettier-ignore
    assert.ok(performance.now() - begun < 3000);
    await assert.rejects(fetch(`${serving.url}/healthz`));
  });

  test("a client that never ends is cut off after the grace", async () => {
    const serving = await serve({ models: [await plain()], port: 0, grace: 0.2 });
    const hanging = raw(
      serving.port,
      "POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begun = performance.now();
    await serving.close();
    await hanging;
    assert.ok(performance.now() - begun < 3000);
  });
});

test("what cannot be served is told before a port is taken", async () => {
  writeFileSync(join(folder, "rubbish.safetensors"), "rubbish");
  await assert.rejects(
    serve({ models: [{ path: join(folder, "rubbish.safetensors") }], port: 0 }),
    /not a safetensors file/,
  );
  await assert.rejects(serve({ models: [{ path: join(folder, "absent.safetensors") }], port: 0 }), /there is no run/);
  await plainModel().save(join(folder, "one.safetensors"));
  copyFileSync(join(folder, "one.safetensors"), join(folder, "mein Modell.safetensors"));
  await assert.rejects(
    serve({ models: [{ path: join(folder, "mein Modell.safetensors") }], port: 0 }),
    /name is made of letters/,
  );
  const { port } = await start();
  await assert.rejects(serve({ models: [await plain()], port }), { code: "EADDRINUSE" });
});

describe("the program", () => {
  /** Runs it until `use` is done, then ends it as a service manager would. */
  async function program(
    words: readonly string[],
    use: (url: string) => Promise<void>,
    env: Record<string, string> = {},
  ) {
    const child = spawn(process.execPath, [...PROGRAM, "serve", ...words, "--port", "0"], {
      cwd: folder,
      env: { ...process.env, ...env },
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    let [out, err] = ["", ""];
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const url = await new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = /(http:\/\/\S+)/.exec(out + err)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on("data", (data: Buffer) => {
        out += data.toString();
        look();
      });
      child.stderr.on("data", look);
      void ended.then(() => reject(new Error(err)));
    });
    await use(url);
    child.kill("SIGTERM");
    const code = await ended;
    clearTimeout(timer);
    return { code, out, err };
  }

  test("serves several models by name, and ends well when it is asked to", async () => {
    await plainModel(1).save(join(folder, "one.safetensors"));
    await plainModel(2).save(join(folder, "two.safetensors"));
    const { code, out, err } = await program(["one.safetensors", "zwei=two.safetensors"], async (url) => {
      const listed = (await (await fetch(`${url}/v1/models`)).json()) as {
        models: { name: string; default: boolean }[];
      };
      assert.deepEqual(listed.models.map((model) => [model.name, model.default]), [["one", true], ["zwei", false]]); // prettier-ignore
    });
    assert.equal(code, 0, err);
    assert.match(out, /^Serving one, zwei at http:\/\/127\.0\.0\.1:\d+$/m);
    const lines = err.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as { event: string }); // prettier-ignore
    assert.ok(lines.some(({ event }) => event === "request"));
  });

  test("a token from the environment, JSON at the end, and a warning where all may ask", async () => {
    const env = { SLUICE_TOKEN: "a-token-for-tests" };
    const { code, out, err } = await program(
      ["one.safetensors", "--json", "--log", "debug"],
      async (url) => {
        await problem(await fetch(`${url}/v1/models`), "unauthorized", 401);
        assert.equal((await fetch(`${url}/v1/models`, { headers: { authorization: "Bearer a-token-for-tests" } })).status, 200); // prettier-ignore
      },
      env,
    );
    assert.equal(code, 0, err);
    const reply = JSON.parse(out) as { verb: string; requests: number; models: { name: string }[] };
    assert.deepEqual([reply.verb, reply.requests, reply.models[0]!.name], ["serve", 2, "one"]);
    assert.ok(!err.includes("a-token-for-tests"));
    const open = await program(["one.safetensors", "--host", "0.0.0.0", "--log", "off"], async () => undefined);
    assert.match(open.err, /anyone who reaches/);
  });
});
