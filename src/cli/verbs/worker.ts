import type { Command } from "commander";
import { workerOptions } from "../../distributed/worker-options.js";
import { readOptions } from "../../tasks/options.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import { interruptible } from "../interrupt.js";
import type { Screen } from "../screen.js";
import { checkFlags } from "../settings.js";
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
  const { redis: text, store, name, slots, ...settings } = readOptions("sluice worker", workerOptions, given);
  const [{ QueueWorker }, { redisAddress }] = await Promise.all([
    import("../../distributed/worker.js"),
    import("../../distributed/queue/address.js"),
  ]);
  const redis = redisAddress(text);
  const begun = performance.now();
  const worker = await QueueWorker.start({
    ...settings,
    redis,
    ...(slots !== undefined && { slots }),
    ...(store !== undefined && { store }),
    ...(name !== undefined && { name }),
    note: (message) => screen.warn(message),
  });
  const { info, own } = worker;
  const line = `Worker ${info.name} (version ${info.version}, ${info.cores} cores, ${own.slots} at once) listens at ${redis.shown}, queue ${own.queue}; data below ${own.dataRoot}`;
  if (screen.json) screen.note(line);
  else screen.print(`${line}\nCtrl-C ends it; what it does goes back into the queue.\n`);
  await interruptible(screen, "Handing back what is under way.", async (signal) => {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await worker.close();
  });
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
    text: `${done} jobs done, ${failed} attempts failed, ${refused} refused.\n`,
  };
}
