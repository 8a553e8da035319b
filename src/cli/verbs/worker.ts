import type { Command } from "commander";
import { workerOptions, type WorkerEvent } from "../../distributed/worker-options.js";
import { readOptions } from "../../tasks/options.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import { interruptible } from "../interrupt.js";
import { addressOf } from "../queue-flags.js";
import type { Screen } from "../screen.js";
import { checkFlags } from "../settings.js";
import { fit, plain } from "../text-width.js";
import type { Invocation, Reply } from "../verbs.js";

const FLAGS = flagsOf(workerOptions);

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("worker");
  addFlags(command, FLAGS, () => "Worker:");
  return { command: addScreenFlags(command), act: (screen) => work(command, screen) };
}

async function work(command: Command, screen: Screen): Promise<Reply> {
  const given = givenFlags(command, FLAGS);
  checkFlags(command, workerOptions, given);
  const { redis: text, store, name, slots, queue, ...settings } = readOptions("sluice worker", workerOptions, given);
  const redis = await addressOf(command, { redis: text, queue });
  const { QueueWorker } = await import("../../distributed/worker.js");
  const begun = performance.now();
  const worker = await QueueWorker.start({
    ...settings,
    redis,
    queue,
    ...(slots !== undefined && { slots }),
    ...(store !== undefined && { store }),
    ...(name !== undefined && { name }),
    note: (message) => screen.warn(message),
    onJob: teller(screen),
  });
  const { info, own } = worker;
  const line = `Worker ${info.name} (version ${info.version}, ${info.cores} cores, ${own.slots} at once) listens at ${redis.shown}, queue ${own.queue}; data below ${own.dataRoot}`;
  if (screen.json) screen.note(line);
  else screen.print(`${line}\nCtrl-C ends it; what it does goes back into the queue.\n`);
  await interruptible(screen, "Handing back what is under way.", async (signal) => {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await worker.close();
  });
  screen.status.clear();
  const seconds = Math.round(performance.now() - begun) / 1000;
  const { done, failed, refused } = worker.counts;
  return {
    object: {
      verb: "worker",
      redis: redis.shown,
      queue: own.queue,
      worker: info,
      slots: own.slots,
      done,
      failed,
      refused,
      seconds,
    },
    text: `${count(done, "job")} done, ${count(failed, "attempt")} failed, ${count(refused, "job")} refused.\n`,
  };
}

/** A line for each attempt that fails and each job that is refused; what goes well stands in the line that a terminal redraws. */
function teller({ note, status }: Screen): (event: WorkerEvent) => void {
  const under = new Set<string>();
  let [done, failed] = [0, 0];
  return ({ event, job, attempt, reason = "no reason was given" }) => {
    if (event === "begun") under.add(job);
    else under.delete(job);
    if (event === "done") done++;
    if (event === "failed") failed++;
    if (event === "failed") note(plain(`${job}: attempt ${attempt} failed: ${reason}`));
    if (event === "refused") note(plain(`${job}: refused: ${reason}`));
    const line = `${count(under.size, "job")} under way, ${done} done${failed > 0 ? `, ${count(failed, "attempt")} failed` : ""}`;
    status.draw(fit(line, status.width - 1));
  };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
