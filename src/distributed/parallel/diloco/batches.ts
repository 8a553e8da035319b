/** Which batches are a shard's: of all passes over the data, one after the other, shard k takes batches k, k + K, k + 2·K, … */
import type { Batch } from "sluice";
import { epochRandom } from "../../../tasks/epoch-random.js";
import { passesOf } from "../../../tasks/passes.js";
import type { Prepared } from "../../../tasks/task.js";
import { makeData } from "../../../tensor/dtype.js";
import { Ragged } from "../../../tensor/ragged.js";
import { Tensor } from "../../../tensor/tensor.js";
import { readSamples } from "../../../train/batches.js";
import { check } from "../../../util/errors.js";
import type { Place } from "./state.js";

/** The passes over the training data of a task, whose batches are made when they are asked for. */
export interface Source {
  /** Batches of a pass; of a file that is read block by block about so many. */
  readonly steps: number;
  pass(number: number): AsyncIterator<() => Batch>;
}

/**
 * @throws SluiceError for data whose batches follow one another, as with carried states: there is no taking every K-th of them
 */
export function passesOver(prepared: Prepared): Source {
  const { model, train, fit, settings, pipeline } = prepared;
  const { batchSize, tbptt } = fit;
  const why = `${pipeline.task}: DiLoCo deals batches out to shards, and these follow one another`;
  check(tbptt === undefined, () => `${why}, the states carried on (tbptt); train without tbptt, or in one process`);
  if (typeof train === "object" && Array.isArray(train)) {
    const [x, y, weight] = train;
    const samples = readSamples(model, x, y, weight, "diloco");
    const seed = Number(settings["seed"] ?? 0);
    const steps = Math.ceil(samples.count / batchSize);
    return {
      steps,
      async *pass(number) {
        const order = Int32Array.from({ length: samples.count }, (_, i) => i);
        epochRandom(seed, number).shuffle(order);
        for (let first = 0; first < order.length; first += batchSize) {
          yield () => {
            const rows = order.subarray(first, first + batchSize);
            const of = (t: Tensor) => rowsOf(t, rows);
            const sampleWeight = samples.weight && of(samples.weight);
            return { x: samples.x.map(of), y: samples.y.map(of), ...(sampleWeight && { sampleWeight }) };
          };
        }
      },
    };
  }
  const passes = passesOf(train as Exclude<typeof train, readonly unknown[]>);
  check(passes !== null, () => `${why}; train in one process`);
  return {
    steps: passes!.steps,
    async *pass(number) {
      for await (const batch of passes!.of(number)) yield () => batch;
    },
  };
}

function rowsOf(source: Tensor, rows: Int32Array): Tensor {
  if (source instanceof Ragged) {
    const parts = Array.from(rows, (row) => source.part(row, row + 1));
    const values = makeData(source.dtype, parts.reduce((sum, { data }) => sum + data.length, 0)); // prettier-ignore
    let at = 0;
    for (const { data } of parts) {
      values.set(data, at);
      at += data.length;
    }
    return new Ragged(
      values,
      source.step,
      Int32Array.from(rows, (row) => source.lengths[row]!),
    );
  }
  const size = source.size / source.shape[0]!;
  const values = makeData(source.dtype, rows.length * size);
  for (const [i, row] of rows.entries()) values.set(source.data.subarray(row * size, (row + 1) * size), i * size);
  return Tensor.of(values, [rows.length, ...source.shape.slice(1)]);
}

/** Deals one shard's batches. Kept from round to round it goes on where it stands; anywhere else it begins the pass anew and skips. */
export class Dealer {
  #open: { pass: number; at: number; batches: AsyncIterator<() => Batch> } | null = null;

  constructor(
    private readonly source: Source,
    private readonly shards: number,
  ) {}

  /** Where a shard begins. */
  static begin(shard: number): Place {
    return { pass: 0, batch: shard };
  }

  /** The next batches from a place on. @param moved is told the place behind each */
  async *take(from: Place, count: number, moved: (place: Place) => void): AsyncGenerator<Batch> {
    let place = from;
    for (let n = 0; n < count; n++) {
      const found = await this.#find(place);
      yield found.make();
      place = { pass: found.place.pass, batch: found.place.batch + this.shards };
      moved(place);
    }
  }

  /** Places beyond the end of a pass are in the next one. */
  async #find(wanted: Place): Promise<{ make: () => Batch; place: Place }> {
    let place = wanted;
    for (;;) {
      if (this.#open?.pass !== place.pass || this.#open.at > place.batch) {
        await this.#open?.batches.return?.();
        this.#open = { pass: place.pass, at: 0, batches: this.source.pass(place.pass) };
      }
      const open = this.#open;
      for (;;) {
        const next = await open.batches.next();
        if (next.done) break;
        if (open.at++ === place.batch) return { make: next.value, place };
      }
      check(open.at > 0, () => "diloco: the training data gave no batch");
      place = { pass: place.pass + 1, batch: place.batch - open.at };
    }
  }
}
