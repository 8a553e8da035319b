/** The studio: a local page for runs, data, and what goes on inside of models. `sluice studio` starts it. */
import { fileURLToPath } from "node:url";
import { statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { check } from "../util/errors.js";
import { Access } from "./server/access.js";
import { studioApp } from "./server/app.js";
import { EventStreams } from "./server/events.js";
import { Jobs } from "./server/jobs.js";
import { listen } from "./server/listen.js";
import { readPage } from "./server/page.js";
import { Places } from "./server/places.js";
import { Summaries } from "./server/summaries.js";
import { Workshop } from "./server/workshop.js";

export interface StudioOptions {
  /** What the page may see: data are chosen inside of it, and trainings are begun in it. Default: the working folder. */
  folder?: string;
  /** Where runs are kept, seen from `folder`. Default "runs". */
  runs?: string;
  /** 0: any that is free. Default 0. */
  port?: number;
  /** The address to listen at. Default "127.0.0.1"; any but a loopback address lets other machines in. */
  host?: string;
  /** The command line that trains: its words before "train". */
  program: readonly string[];
  /** Told of faults of the studio itself. Default: standard error. */
  log?: (line: string) => void;
  /** Where the page lies. Default: beside the program. */
  page?: string;
}

export interface Studio {
  /** Such as "http://127.0.0.1:45678/". */
  readonly origin: string;
  /** An address with a new token, which opens the studio in one browser. */
  newAddress(): string;
  /** Stops answering. Trainings that were started go on. */
  close(): Promise<void>;
}

/** @throws SluiceError where the folder is not there, or the port is taken */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { folder = ".", runs = "runs", port = 0, host = "127.0.0.1", log = console.error } = options;
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  check(isFolder, () => `studio: there is no folder ${folder}`);
  const places = new Places(folder, runs);
  const access = new Access(host);
  const jobs = new Jobs(places, options.program);
  const summaries = new Summaries(places.runs, (run) => jobs.idOf(run));
  const events = new EventStreams(places, summaries, jobs);
  const [dataWorker, modelWorker] = [new Workshop(), new Workshop()];
  const page = readPage(options.page ?? fileURLToPath(new URL("./www/", import.meta.url)));
  const app = studioApp({ access, places, page, summaries, jobs, events, dataWorker, modelWorker, log });
  const listening = await listen(app, host, port);
  access.port = listening.port;
  const name = reachable(host);
  const origin = `http://${name.includes(":") ? `[${name}]` : name}:${listening.port}/`;
  return {
    origin,
    newAddress: () => `${origin}#token=${access.newToken()}`,
    async close() {
      jobs.leave();
      events.end();
      await Promise.all([listening.close(), dataWorker.close(), modelWorker.close()]);
    },
  };
}

/** An address under which others find a server that listens at all of them. */
function reachable(host: string): string {
  if (host !== "0.0.0.0" && host !== "::") return host;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
}
