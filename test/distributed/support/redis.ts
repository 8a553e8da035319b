/** A Redis for one test file: Debian's redis-server on a free port of 127.0.0.1, in a temporary folder. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";

/** Words for Node: a program that is started with a pipe for its input ends with the test. */
export const TETHERED = ["--import", fileURLToPath(new URL("./tether.js", import.meta.url))];

/** Where there is one, Linux ends the server with the test that started it, also where that is killed. */
const TIED = spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0 ? ["setpriv", "--pdeathsig", "KILL"] : []; // prettier-ignore

/** The reason for leaving the tests out; false where there is a server. In the checks of a change there must be one. */
export const skip: string | false =
  spawnSync("redis-server", ["--version"]).status === 0 || process.env["CI"] === "true"
    ? false
    : "redis-server is not installed (Debian: apt-get install redis-server)";

export interface Server {
  readonly url: string;
  readonly port: number;
  readonly secondPort: number;
  readonly client: Redis;
  /** As a crash does. */
  kill(): Promise<void>;
  /** The same folder and port again. */
  start(): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** @param words further ones of its command line; `PORT` in them stands for `secondPort` */
export async function redisServer(words: readonly string[] = [], password?: string): Promise<Server> {
  const [port, second] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), "sluice-redis-"));
  const client = new Redis({ port, host: "127.0.0.1", lazyConnect: true, retryStrategy: () => 100, ...(password && { password }) }); // prettier-ignore
  client.on("error", () => undefined);
  let child: ChildProcess;
  const start = async () => {
    const own = [
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--dir",
      folder,
      ...words.map((word) => word.replace("PORT", `${second}`)),
    ];
    const [program, ...rest] = [...TIED, "redis-server", ...own];
    child = spawn(program!, rest, { stdio: "ignore" });
    process.once("exit", stopNow);
    for (let tries = 0; client.status !== "ready"; tries++) {
      if (tries > 100) throw new Error(`redis-server does not answer on port ${port}`);
      if (client.status === "wait" || client.status === "end") await client.connect().catch(() => undefined);
      await wait(50);
    }
  };
  const stopNow = () => void child.kill("SIGKILL");
  const kill = async () => {
    process.off("exit", stopNow);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  await start();
  const close = async () => {
    client.disconnect();
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, port, secondPort: second, client, kill, start, close };
}
