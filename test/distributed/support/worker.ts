/** A worker in a process of its own, which tests kill: ADDRESS ROOT LOST_AFTER [QUEUE]. It ends with whoever started it, who holds its input. */
import "./tether.js";
import { redisAddress } from "../../../src/distributed/queue/address.js";
import { QueueWorker } from "../../../src/distributed/worker.js";

const [, , url, dataRoot, lostAfter, queue] = process.argv;
const worker = await QueueWorker.start({
  redis: redisAddress(url),
  dataRoot: dataRoot!,
  slots: 1,
  ...(queue !== undefined && { queue }),
  lostAfter: Number(lostAfter),
  handlers: new URL("./kinds.js", import.meta.url),
  name: `process-${process.pid}`,
});
process.on("SIGTERM", () => void worker.close());
console.log("ready");
