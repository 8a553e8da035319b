import type { Command } from "commander";
import { isLoopback } from "../../server/node/hosts.js";
import type { ModelPath } from "../../server/node/model-file.js";
import { LIMIT_NAMES, serveOptions, type ServeSettings } from "../../server/node/options.js";
import type { Serving } from "../../server/node/serve.js";
import { readOptions } from "../../tasks/options.js";
import { SluiceError } from "../../util/errors.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { UsageError } from "../errors.js";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import { interruptible } from "../interrupt.js";
import type { Screen } from "../screen.js";
import { checkFlags } from "../settings.js";
import type { Invocation, Reply } from "../verbs.js";

const FLAGS = flagsOf(serveOptions);
const LIMITS: readonly string[] = [
  ...LIMIT_NAMES,
  "headersTimeout",
  "requestTimeout",
  "maxHeader",
  "grace",
  "stateLifetime",
  "sessionGrace",
];

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("serve").argument(
    "<model...>",
    "Run folders, `latest`, or model files; name=path gives a name. The first is the default.",
  );
  addFlags(command, FLAGS, (key) => (LIMITS.includes(key) ? "Limits, and the status beyond them:" : "Server:"));
  return { command: addScreenFlags(command), act: (screen) => serveModels(command, screen) };
}

async function serveModels(command: Command, screen: Screen): Promise<Reply> {
  const [given] = command.processedArgs as [string[]];
  const settings = settingsOf(command);
  const begun = performance.now();
  const serving = await listen(given.map(modelPath), settings);
  const models = serving.app.context.models.list().map(({ name, version }) => ({ name, version }));
  if (settings.token === undefined && !isLoopback(settings.host))
    screen.warn(`anyone who reaches ${serving.url} may use the models; --token asks for a bearer token`);
  const text = `Serving ${models.map(({ name }) => name).join(", ")} at ${serving.url}`;
  if (screen.json) screen.note(text);
  else screen.print(`${text}\nCtrl-C ends it.\n`);
  await interruptible(screen, "Finishing what is under way.", async (signal) => {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await serving.close();
  });
  const requests = serving.app.context.metrics.requests.total();
  const seconds = Math.round(performance.now() - begun) / 1000;
  return { object: { verb: "serve", url: serving.url, models, requests, seconds }, text: null };
}

/** @throws UsageError for an option that is wrong */
function settingsOf(command: Command): ServeSettings {
  const given = givenFlags(command, FLAGS);
  const hidden = { token: process.env["SLUICE_TOKEN"], secret: process.env["SLUICE_SECRET"] };
  const all = { ...Object.fromEntries(Object.entries(hidden).filter(([, value]) => value)), ...given };
  checkFlags(command, serveOptions, all);
  return readOptions("sluice serve", serveOptions, all);
}

/** "prices=runs/latest"; a path that holds "=" behind a folder is one. */
function modelPath(word: string): ModelPath {
  const named = /^(?<name>[^=/\\]+)=(?<path>.+)$/.exec(word)?.groups;
  return named ? { name: named["name"]!, path: named["path"]! } : { path: word };
}

async function listen(models: readonly ModelPath[], settings: ServeSettings): Promise<Serving> {
  const [{ serve }, { jsonLog }, { stderrLines }] = await Promise.all([
    import("../../server/node/serve.js"),
    import("../../server/log.js"),
    import("../../server/node/lines.js"),
  ]);
  const { runs, reload, port, host, headersTimeout, requestTimeout, maxHeader, grace } = settings;
  const { log: level, cors, token, allowedHosts, secret, stateLifetime, sessionGrace } = settings;
  const limits = Object.fromEntries(LIMIT_NAMES.map((name) => [name, settings[name]]));
  try {
    return await serve({
      models,
      limits,
      runs,
      reload,
      port,
      host,
      headersTimeout,
      requestTimeout,
      maxHeader,
      grace,
      sessions: { tokenLifetime: stateLifetime, grace: sessionGrace, ...(secret !== undefined && { secret }) },
      ...(token !== undefined && { token }),
      ...(cors !== undefined && { cors: cors.includes("*") ? "*" : cors }),
      ...(allowedHosts !== undefined && { allowedHosts }),
      ...(level !== "off" && { log: jsonLog(stderrLines(), level) }),
    });
  } catch (error) {
    throw explained(error, port, host);
  }
}

function explained(error: unknown, port: number, host: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new SluiceError(`serve: port ${port} of ${host} is taken; --port 0 finds a free one`);
  if (code === "EACCES") return new SluiceError(`serve: port ${port} of ${host} may not be used by this user`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new UsageError(`--host: ${host} is no address of this machine`, "sluice serve");
  return error;
}
