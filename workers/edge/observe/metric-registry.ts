/** Counters and histograms in the text form of Prometheus, of one isolate. */

type Labels = Readonly<Record<string, string>>;

interface Metric {
  /** Its lines, with those that describe it. */
  text(): string;
}

/** A number that only grows, for each combination of labels. */
export class Counter implements Metric {
  readonly #head: string;
  readonly #name: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#head = head(name, help, 'counter');
  }

  add(labels: Labels = {}, amount = 1): void {
    const key = printLabels(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  /** For what is counted elsewhere. */
  set(labels: Labels, value: number): void {
    this.#values.set(printLabels(labels), value);
  }

  text(): string {
    const lines = Array.from(this.#values, ([labels, value]) => `${this.#name}${braced(labels)} ${value}\n`);
    return `${this.#head}${lines.join('')}`;
  }
}

interface Series {
  /** How many were at most each bound, but above the one before it. */
  readonly counts: number[];
  sum: number;
  count: number;
}

/** How often a number was within each of some bounds, for each combination of labels. */
export class Histogram implements Metric {
  readonly #head: string;
  readonly #name: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#bounds = bounds;
    this.#head = head(name, help, 'histogram');
  }

  observe(labels: Labels, value: number): void {
    const key = printLabels(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    const at = this.#bounds.findIndex((bound) => value <= bound);
    if (at >= 0) series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.sum += value;
    series.count++;
  }

  text(): string {
    return `${this.#head}${Array.from(this.#series, ([labels, series]) => this.#lines(labels, series)).join('')}`;
  }

  #lines(labels: string, { counts, sum, count }: Series): string {
    let below = 0;
    const separator = labels === '' ? '' : ',';
    const buckets = this.#bounds.map((bound, at) => {
      below += counts[at] ?? 0;
      return `${this.#name}_bucket{${labels}${separator}le="${bound}"} ${below}\n`;
    });
    return `${buckets.join('')}${this.#name}_bucket{${labels}${separator}le="+Inf"} ${count}
${this.#name}_sum${braced(labels)} ${sum}
${this.#name}_count${braced(labels)} ${count}
`;
  }
}

/** The metrics in the order in which they are given. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => metric.text()).join('');
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function printLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))}"`,
    )
    .join();
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
