/** A thread with a copy of the model, which computes shards; `Team` is its other side. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { loadModel, SluiceError } from "sluice";
import { readBatch } from "../../../train/sharded/batch-memory.js";
import { Computer } from "../../../train/sharded/computer.js";
import { HEAD, type Room } from "../../../train/sharded/room.js";
import { tryShard } from "../../../train/sharded/sharded-step.js";
import { AT, shardDone, takeShard, WORD, type FromReplica, type ReplicaStart, type RoomMessage } from "./control.js";

const { control, place, bytes, port } = workerData as ReplicaStart;
const tell = (message: FromReplica) => parentPort!.postMessage(message);

let room: Room | null = null;
let roomNumber = 0;
let step = 0;
let batch: ReturnType<typeof readBatch> | null = null;

const computer = await makeComputer().catch((error: Error) => {
  tell({ error: error instanceof SluiceError ? error.message : `${error.name}: ${error.message}` });
});
if (computer) {
  tell({ ready: true });
  work(computer);
}

async function makeComputer(): Promise<Computer> {
  const model = await loadModel(bytes);
  // Plain gradient descent keeps no moments, which are the main thread's to keep.
  model.compile({ ...model.compiled.options, optimizer: "sgd" });
  return new Computer(model, await model.prepareTraining());
}

/** Does not return before the team is closed. */
function work(computer: Computer): void {
  for (;;) {
    const seen = Atomics.load(control, WORD.go);
    if (Atomics.load(control, WORD.closed) === 1) return;
    if (Atomics.compareExchange(control, WORD.thread + place, AT.rest, AT.work) === AT.rest) {
      for (let shard = takeShard(control); shard !== null; shard = takeShard(control)) {
        compute(computer, shard);
        Atomics.add(control, WORD.helped, 1);
        shardDone(control);
      }
      Atomics.store(control, WORD.thread + place, AT.rest);
    }
    Atomics.wait(control, WORD.go, seen);
  }
}

function compute(computer: Computer, shard: number): void {
  while (roomNumber !== Atomics.load(control, WORD.room)) {
    const { number, room: next } = receiveMessageOnPort(port)!.message as RoomMessage;
    [roomNumber, room] = [number, next];
  }
  const now = Atomics.load(control, WORD.step);
  if (step !== now) {
    step = now;
    computer.takeWeights(room!);
    batch = readBatch(room!);
  }
  tryShard(computer, room!, batch!, shard, room!.head[HEAD.shards]!);
}
