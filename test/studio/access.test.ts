// Who may talk to the studio: the Host header, the token, the cookie, requests of other pages, paths that lead out.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Access } from "../../src/studio/server/access.js";
import type { FolderListing } from "../../src/studio/api/index.js";
import { writePrices } from "../cli/samples.js";
import { problemIn, TestStudio } from "./studio.js";

const elsewhere = mkdtempSync(join(tmpdir(), "sluice-elsewhere-"));
after(() => rmSync(elsewhere, { recursive: true }));

writeFileSync(join(elsewhere, "secret.csv"), "a,b\n1,2\n");
const studio = await TestStudio.open((folder) => {
  writePrices(folder);
  mkdirSync(join(folder, "inner"));
  mkdirSync(join(folder, "runs", "2026-01-01T00-00-00-one"), { recursive: true });
  writeFileSync(
    join(folder, "runs", "2026-01-01T00-00-00-one", "config.json"),
    '{"task":"forecast","data":"prices.csv"}',
  );
  symlinkSync(elsewhere, join(folder, "out"));
  symlinkSync(join(elsewhere, "secret.csv"), join(folder, "inner", "link.csv"));
  symlinkSync(elsewhere, join(folder, "runs", "2026-01-02T00-00-00-link"));
  symlinkSync(join(elsewhere, "secret.csv"), join(folder, "runs", "2026-01-01T00-00-00-one", "report.html"));
});

describe("the Host header", () => {
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"]) {
    test(`${name} is this machine`, async () => {
      assert.equal((await studio.ask("/api/state", { headers: { host: `${name}:${studio.port}` } })).status, 200);
    });
  }

  for (const name of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0"]) {
    test(`${JSON.stringify(name)} is refused, page and all`, async () => {
      for (const path of ["/", "/api/state"]) {
        const headers = { host: `${name}:${studio.port}` };
        problemIn(await studio.ask(path, { headers }), 421);
      }
    });
  }

  test("so is none", async () => {
    assert.match(await sent("GET /api/state HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 400/);
    assert.match(await sent("GET /api/state HTTP/1.1\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 400/);
  });

  test("another port is another server", async () => {
    problemIn(await studio.ask("/api/state", { headers: { host: `127.0.0.1:${studio.port + 1}` } }), 421);
    problemIn(await studio.ask("/api/state", { headers: { host: "127.0.0.1" } }), 421);
  });

  test("bound to all addresses, an address is taken and a foreign name is not", async () => {
    const access = new Access("0.0.0.0");
    access.port = 80;
    const tries = {
      "192.168.1.5": true,
      "192.168.1.5:80": true,
      "[fe80::1]": true,
      localhost: true,
      "evil.example": false,
    };
    for (const [host, fits] of Object.entries(tries)) {
      let passed = false;
      const context = { req: { header: () => host } } as unknown as Parameters<typeof access.checkHost>[0];
      const asked = access.checkHost(context, async () => void (passed = true));
      await (fits ? asked : assert.rejects(async () => asked));
      assert.equal(passed, fits, host);
    }
  });
});

describe("token and cookie", () => {
  test("a token is good for once", async () => {
    const token = studio.newToken();
    const first = await studio.raw("/api/session", { method: "POST", body: { token } });
    assert.equal(first.status, 204);
    const [cookie] = first.headers["set-cookie"]!;
    assert.match(cookie!, new RegExp(`^sluice-studio-${studio.port}=[\\w-]{43}; `));
    assert.match(cookie!, /HttpOnly/);
    assert.match(cookie!, /SameSite=Strict/);
    problemIn(await studio.raw("/api/session", { method: "POST", body: { token } }), 401);
  });

  test("the page that is loaded again has its session and keeps it", async () => {
    const { status, headers } = await studio.ask("/api/session", { method: "POST", body: { token: "used before" } });
    assert.equal(status, 204);
    assert.equal(headers["set-cookie"], undefined);
  });

  test("a token that is none is refused", async () => {
    for (const token of ["", "x".repeat(43), 7, null, ["a"], undefined])
      problemIn(await studio.raw("/api/session", { method: "POST", body: { token } }), 401);
  });

  test("without the cookie, or with a forged one, nothing is told", async () => {
    const forged = [
      undefined,
      "",
      `${studio.cookie}x`,
      studio.cookie.slice(0, -1),
      `sluice-studio-${studio.port}=${"A".repeat(43)}`,
    ];
    for (const path of [
      "/api/state",
      "/api/runs",
      "/api/events",
      "/api/files",
      "/api/data?path=prices.csv",
      "/api/nothing",
    ]) {
      for (const cookie of forged) {
        const answer = await studio.raw(path, cookie === undefined ? {} : { headers: { cookie } });
        problemIn(answer, 401);
        assert.doesNotMatch(answer.text, /prices|T00-00-00/);
      }
    }
  });

  test("the page itself needs none: it holds nothing", async () => {
    const page = await studio.raw("/");
    assert.equal(page.status, 200);
    assert.match(page.headers["content-type"]!, /^text\/html/);
  });
});

describe("requests of other pages", () => {
  const start = { method: "POST", body: { task: "forecast", data: "prices.csv", settings: {} } };

  for (const site of ["cross-site", "same-site"]) {
    test(`${site} is refused, whatever it asks`, async () => {
      const headers = { "sec-fetch-site": site };
      problemIn(await studio.ask("/api/runs", { ...start, headers }), 403);
      problemIn(await studio.ask("/api/runs", { headers }), 403);
      problemIn(await studio.ask("/api/events", { headers }), 403);
      problemIn(await studio.raw("/api/session", { method: "POST", headers, body: { token: studio.newToken() } }), 403);
    });
  }

  test("another origin is refused: another page, another port, a sandbox", async () => {
    for (const origin of [
      "https://evil.example",
      `http://127.0.0.1:${studio.port + 1}`,
      `https://127.0.0.1:${studio.port}`,
      "null",
    ])
      problemIn(await studio.ask("/api/runs", { ...start, headers: { origin } }), 403);
  });

  test("a form cannot send JSON, and what it can send is refused", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
      problemIn(await studio.ask("/api/runs", { ...start, headers: { "content-type": type } }), 415);
  });

  test("the studio's own page may", async () => {
    const headers = { origin: `http://127.0.0.1:${studio.port}`, "sec-fetch-site": "same-origin" };
    problemIn(
      await studio.ask("/api/runs", { method: "POST", headers, body: { task: "no such", data: "", settings: {} } }),
      404,
    );
  });
});

describe("headers", () => {
  test("nothing is kept, guessed, framed or loaded from elsewhere", async () => {
    for (const path of ["/", "/main-1.js", "/api/state", "/api/nothing", "/nothing"]) {
      const { headers } = await studio.ask(path);
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /default-src 'self'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /script-src|https?:|\*|unsafe-eval/);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["access-control-allow-origin"], undefined);
    }
  });
});

describe("paths", () => {
  const tricks = [
    "..",
    "../..",
    "inner/../..",
    "/etc/passwd",
    elsewhere,
    "out",
    "out/secret.csv",
    "inner/link.csv",
    "..\\..",
    "%2e%2e",
  ];
  for (const path of tricks) {
    test(`${path} is not read`, async () => {
      for (const route of ["files", "data"]) {
        const { status, text } = await studio.ask(`/api/${route}?path=${encodeURIComponent(path)}`);
        assert.ok([403, 404].includes(status), text);
        assert.doesNotMatch(text, /"a","b"|root:/);
      }
    });
  }

  test("nor is one with a zero in it, or one without end", async () => {
    for (const path of ["a\0b", "a/".repeat(3000)])
      await studio.refused(`/api/files?path=${encodeURIComponent(path)}`, 400);
  });

  test("what leads out is not listed", async () => {
    const { entries } = await studio.get<FolderListing>("/api/files?path=");
    assert.deepEqual(entries.map(({ name }) => name).sort(), ["inner", "prices.csv"]);
    assert.deepEqual((await studio.get<FolderListing>("/api/files?path=inner")).entries, []);
  });

  test("names of runs are names", async () => {
    // ".." and "." by themselves never arrive: addresses are normalised on the way.
    for (const name of [
      "../prices.csv",
      "..%2f..",
      "%2e%2e%2fprices.csv",
      "latest",
      "2026-01-02T00-00-00-link",
      "a%00b",
    ]) {
      for (const route of ["", "/model", "/report", "/events"]) {
        const { status } = await studio.ask(`/api/runs/${name.replaceAll("/", "%2f")}${route}`);
        assert.ok(status === 404, `${name}${route}: ${status}`);
      }
    }
  });

  test("a report that is a link out of the run is none", async () => {
    await studio.refused("/api/runs/2026-01-01T00-00-00-one/report", 404);
  });

  test("the page's folder holds what it holds", async () => {
    for (const path of [
      "/../prices.csv",
      "/..%2fprices.csv",
      "/%2e%2e/prices.csv",
      "//etc/passwd",
      "/.page/index.html",
    ])
      problemIn(await studio.ask(path), 404);
  });

  test("data and test data of a training lie in the working folder", async () => {
    const body = (data: string, settings: object = {}) => ({
      method: "POST",
      body: { task: "forecast", data, settings },
    });
    await studio.refused("/api/runs", 403, body(join(elsewhere, "secret.csv")));
    await studio.refused("/api/runs", 403, body("out/secret.csv"));
    await studio.refused("/api/runs", 403, body("prices.csv", { target: "close", testData: "../x.csv" }));
    await studio.refused("/api/runs", 422, body("prices.csv", { target: "close", runs: "/tmp" }));
    const settings = encodeURIComponent(JSON.stringify({ task: "forecast", data: "out/secret.csv", settings: {} }));
    await studio.refused(`/api/data/windows?settings=${settings}`, 403);
  });
});

describe("bodies", () => {
  test("what is no JSON, no object, or dangerous, is refused", async () => {
    for (const body of [
      "",
      "{",
      "[]",
      "null",
      '"x"',
      '{"task":1}',
      '{"task":"forecast","data":"prices.csv","settings":[]}',
    ])
      await studio.refused("/api/runs", 400, { method: "POST", body });
    await studio.refused("/api/runs", 400, { method: "POST", body: '{"__proto__":{"x":1},"task":"forecast"}' });
  });

  test("a large one is refused, with its length told or not", async () => {
    await studio.refused("/api/runs", 413, { method: "POST", body: `{"task":"${"x".repeat(2 << 20)}"}` });
  });

  test("a flood of headers is refused and the studio goes on", async () => {
    const flood = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\n${"X-A: b\r\n".repeat(5000)}\r\n`;
    assert.match(await sent(flood), /^HTTP\/1\.1 431/);
    assert.equal((await studio.ask("/api/state")).status, 200);
  });

  test("what is no HTTP is refused and the studio goes on", async () => {
    assert.match(await sent("\x16\x03\x01 rubbish\r\n\r\n"), /^HTTP\/1\.1 400/);
    assert.equal((await studio.ask("/api/state")).status, 200);
  });
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));

function sent(text: string): Promise<string> {
  return new Promise((done) => {
    let said = "";
    const socket = connect(studio.port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (piece) => (said += piece.toString()));
    socket.on("error", () => done(said));
    socket.on("close", () => done(said));
  });
}
