/** A round's end: the changes of the shards that came are averaged, the outer step gives the next weights. It knows no model, only numbers. */
import type { Json } from "../../../format/json.js";
import { check } from "../../../util/errors.js";
import type { JobContext } from "../../job.js";
import { readDelta, readVelocity, readWeights, writeVelocity, writeWeights } from "./contents.js";
import { meanOf, nesterov, normOf } from "./outer.js";
import { checked, roundPayload, shardAnswer, type RoundAnswer } from "./payloads.js";

export async function round(json: Json, { store, children }: JobContext): Promise<Json> {
  const begin = performance.now();
  const { weights: address, velocity: before, rate, momentum, children: ids } = checked("round", roundPayload, json); // prettier-ignore
  const came = ids.flatMap((id, shard) => {
    if (!children.has(id)) return [];
    const answer = checked(`round: answer of ${id}`, shardAnswer, children.get(id)!);
    check(answer.shard === shard, () => `round: ${id} answers for shard ${answer.shard}, not ${shard}`);
    return [answer];
  });
  check(came.length > 0, () => "round: no shard came");
  const contents = [address, ...(before === null ? [] : [before]), ...came.map(({ delta }) => delta)];
  const bytes = await Promise.all(contents.map((one) => store.get(one)));
  const first = readWeights(bytes[0]!);
  const theta = { trained: Float32Array.from(first.trained), kept: Float32Array.from(first.kept) };
  const { length } = theta.trained;
  const velocity = before === null ? new Float32Array(length) : readVelocity(bytes[1]!, length);
  const deltas = bytes.slice(-came.length).map((one) => readDelta(one, theta));
  const mean = meanOf(deltas.map(({ trained }) => trained));
  nesterov(theta.trained, velocity, mean, { rate, momentum });
  // Statistics are no matter of momentum: their mean over the shards is the best there is.
  for (const [i, d] of meanOf(deltas.map(({ kept }) => kept)).entries()) theta.kept[i] = theta.kept[i]! - d;
  const written = [writeWeights(theta), writeVelocity(velocity)] as const;
  const answer: RoundAnswer = {
    weights: await store.put(written[0]),
    velocity: await store.put(written[1]),
    came: came.map(({ shard }, i) => ({ shard, norm: normOf(deltas[i]!.trained) })),
    norm: normOf(mean),
    bytes: { read: sizeOf(bytes), written: sizeOf(written) },
    seconds: (performance.now() - begin) / 1000,
  };
  return answer as unknown as Json;
}

function sizeOf(contents: readonly Uint8Array[]): number {
  return contents.reduce((sum, { length }) => sum + length, 0);
}
