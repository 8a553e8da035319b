/** A thread that does jobs, one after the other; `ThreadExecutor` is its other side. */
import { mkdirSync, rmSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { confineReads } from "../../data/readers/confined.js";
import { SluiceError } from "../../util/errors.js";
import { below } from "../below.js";
import { NotHere } from "../not-here.js";
import type { Handlers } from "../handlers.js";
import type { Job, JobContext } from "../job.js";
import { FolderStore, isContent } from "../store/folder-store.js";
import type { FromThread, ThreadStart, ToThread } from "./messages.js";

const port = parentPort!;
const { worker, store, most, scratch, handlers, root } = workerData as ThreadStart;
const { HANDLERS: known } = (await import(handlers)) as { HANDLERS: Handlers };
// Jobs of this process may name what it may read; those of a queue may not.
const pathIn = root === null ? (given: string) => given : below(root);
// Nor may what they name lead to other files, as a list of clips does.
if (root !== null) confineReads((path) => void (isContent(store, path) || pathIn(path)));
let controller = new AbortController();
const tell = (message: FromThread) => port.postMessage(message);

port.on("message", (message: ToThread) => {
  if ("abort" in message) controller.abort();
  else void work(message.job, message.children);
});

async function work({ kind, payload }: Job, children: JobContext["children"]): Promise<void> {
  controller = new AbortController();
  const context: JobContext = {
    worker,
    store: new FolderStore(store, most),
    signal: controller.signal,
    path: pathIn,
    children,
    scratch() {
      mkdirSync(scratch, { recursive: true });
      return scratch;
    },
    sole: root !== null,
    report: async (progress) => tell({ progress }),
  };
  try {
    clear(); // one that was killed in it left what it had
    if (!Object.hasOwn(known, kind)) throw new SluiceError(`there are no jobs of kind ${JSON.stringify(kind)}`);
    const handler = await known[kind]!();
    tell({ result: await handler(payload, context) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const bug = name !== "SluiceError" && name !== "AbortError" && !(error instanceof Error && "syscall" in error);
    tell({ error: { message: bug ? `${name}: ${message}` : message, bug, elsewhere: error instanceof NotHere } });
  } finally {
    clear();
  }
}

function clear(): void {
  rmSync(scratch, { recursive: true, force: true });
}
