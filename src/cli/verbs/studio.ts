import { spawn } from "node:child_process";
import { InvalidArgumentError, Option, type Command } from "commander";
import { isLoopback } from "../../studio/server/access.js";
import { addScreenFlags, verbCommand } from "../command.js";
import type { Screen } from "../screen.js";
import type { Invocation, Reply } from "../verbs.js";

interface Flags {
  port: number;
  runs: string;
  host: string;
  open: boolean;
}

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("studio").argument(
    "[folder]",
    "Folder that the page may see: data are chosen in it. Default: the working folder.",
  );
  const add = (flags: string, help: string) => new Option(flags, help).helpGroup("Options:");
  command
    .addOption(add("--port <n>", "Port to listen at; 0: any that is free.").argParser(readPort).default(0))
    .addOption(add("--runs <text>", "Folder that keeps the runs, seen from the folder.").default("runs"))
    .addOption(
      add("--host <address>", "Address to listen at; others than 127.0.0.1 let other machines in.").default(
        "127.0.0.1",
      ),
    )
    .addOption(add("--no-open", "Do not open the browser."));
  return { command: addScreenFlags(command), act: (screen) => studio(command, screen) };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError("Expected a port: a whole number from 0 to 65535.");
}

async function studio(command: Command, screen: Screen): Promise<Reply> {
  const { port, runs, host, open } = command.opts<Flags>();
  const [folder = "."] = command.args;
  const { startStudio } = await import("../../studio/index.js");
  const program = [process.execPath, ...process.execArgv, process.argv[1]!];
  const begin = Date.now();
  const started = await startStudio({ folder, runs, port, host, program, log: (line) => screen.warn(line) });
  if (!isLoopback(host)) {
    screen.warn(
      `Other machines can reach ${started.origin}, unencrypted; whoever has the address with its token may train and read in ${folder}.`,
    );
  }
  const ended = stopped(); // before anybody who reads the address can send a signal
  const address = started.newAddress();
  tell(screen, address);
  screen.note(
    "It opens once, in one browser; Enter prints another. Ctrl-C ends the studio; trainings that it started go on.",
  );
  if (open && !screen.json && process.stdout.isTTY) openBrowser(address);
  const more = () => tell(screen, started.newAddress());
  if (process.stdin.isTTY) process.stdin.on("data", more);
  await ended;
  process.stdin.off("data", more).pause();
  await started.close();
  const object = { verb: "studio", address: started.origin, folder, runs, seconds: (Date.now() - begin) / 1000 };
  return { object, text: null };
}

/** Whoever reads JSON waits for one object, at the end: the address goes where progress goes. */
function tell(screen: Screen, address: string): void {
  const text = `Studio: ${address}\n`;
  if (screen.json) process.stderr.write(text);
  else screen.print(text);
}

/** A signal that comes twice, as to a group of processes, changes nothing: the end takes a moment only. */
function stopped(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => done());
  });
}

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Where there is no browser to open, the printed address is enough. */
function openBrowser(address: string): void {
  const [program, ...words] = OPENERS[process.platform] ?? ["xdg-open"];
  spawn(program!, [...words, address], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
