/** Counters, gauges and histograms in Prometheus's text form 0.0.4; no package that does it runs on edge workers. */

export type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  value: number;
}

interface Family {
  readonly name: string;
  lines(): string[];
}

const escapeHelp = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string) => escapeHelp(text).replaceAll('"', '\\"');

function sample(name: string, labels: Labels, value: number): string {
  const inner = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${inner.length > 0 ? `{${inner.join(",")}}` : ""} ${numberText(value)}`;
}

const numberText = (value: number) => (value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value));

/** Series of one family by their labels; a handful of each, since labels come from the server and never from clients. */
class SeriesMap<S> {
  readonly #all = new Map<string, S>();

  constructor(private readonly make: (labels: Labels) => S) {}

  of(labels: Labels): S {
    let key = "";
    for (const name in labels) key += `${labels[name]}\u0000`;
    const found = this.#all.get(key);
    if (found !== undefined) return found;
    const made = this.make({ ...labels });
    this.#all.set(key, made);
    return made;
  }

  values(): Iterable<S> {
    return this.#all.values();
  }
}

abstract class Scalar implements Family {
  protected readonly series = new SeriesMap<Series>((labels) => ({ labels, value: 0 }));

  constructor(
    readonly name: string,
    private readonly help: string,
    private readonly type: "counter" | "gauge",
  ) {}

  /** The value of one series; 0 where nothing was counted. */
  value(labels: Labels = {}): number {
    return this.series.of(labels).value;
  }

  /** Of all series. */
  total(): number {
    let sum = 0;
    for (const { value } of this.series.values()) sum += value;
    return sum;
  }

  lines(): string[] {
    const samples = [...this.series.values()].map(({ labels, value }) => sample(this.name, labels, value));
    return [`# HELP ${this.name} ${escapeHelp(this.help)}`, `# TYPE ${this.name} ${this.type}`, ...samples];
  }
}

export class Counter extends Scalar {
  constructor(name: string, help: string) {
    super(name, help, "counter");
  }

  add(labels: Labels = {}, by = 1): void {
    this.series.of(labels).value += by;
  }
}

export class Gauge extends Scalar {
  constructor(name: string, help: string) {
    super(name, help, "gauge");
  }

  set(value: number, labels: Labels = {}): void {
    this.series.of(labels).value = value;
  }

  add(by: number, labels: Labels = {}): void {
    this.series.of(labels).value += by;
  }
}

interface Buckets {
  readonly labels: Labels;
  readonly counts: Float64Array;
  sum: number;
  count: number;
}

export class Histogram implements Family {
  readonly #series: SeriesMap<Buckets>;

  /** @param bounds upper bounds of the buckets, rising; the last, +Inf, is added */
  constructor(
    readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {
    this.#series = new SeriesMap((labels) => ({
      labels,
      counts: new Float64Array(bounds.length + 1),
      sum: 0,
      count: 0,
    }));
  }

  observe(value: number, labels: Labels = {}): void {
    const series = this.#series.of(labels);
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]!) i++;
    series.counts[i]! += 1;
    series.sum += value;
    series.count += 1;
  }

  /** How many values were seen. */
  count(labels: Labels = {}): number {
    return this.#series.of(labels).count;
  }

  lines(): string[] {
    const lines = [`# HELP ${this.name} ${escapeHelp(this.help)}`, `# TYPE ${this.name} histogram`];
    for (const { labels, counts, sum, count } of this.#series.values()) {
      let below = 0;
      for (const [i, n] of counts.entries()) {
        below += n;
        lines.push(sample(`${this.name}_bucket`, { ...labels, le: numberText(this.bounds[i] ?? Infinity) }, below));
      }
      lines.push(sample(`${this.name}_sum`, labels, sum), sample(`${this.name}_count`, labels, count));
    }
    return lines;
  }
}

/** All families, in the order in which they were added. */
export class Exposition {
  readonly #families: Family[] = [];

  add<F extends Family>(family: F): F {
    this.#families.push(family);
    return family;
  }

  text(): string {
    return `${this.#families.flatMap((family) => family.lines()).join("\n")}\n`;
  }
}

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";
