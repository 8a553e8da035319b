/** The script of a thread under Node. */
import { parentPort, workerData } from "node:worker_threads";
import { listen, type ThreadStart } from "./threads.js";

listen(workerData as ThreadStart, () => parentPort?.postMessage("ready"));
