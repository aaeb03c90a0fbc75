import { Histogram, type Registry } from "prom-client";

/** How often each value fell into a bucket (by its upper bound; the last one is infinite), and the sum of all. */
export type HistogramSeries = {
  labels: Record<string, string>;
  counts: ReadonlyMap<number, number>;
  sum: number;
};

type Value = { metricName: string; labels: Record<string, string | number>; value: number };

/** A histogram that was counted elsewhere, such as in the database. */
export class StoredHistogram extends Histogram {
  readonly #described: { name: string; help: string };
  readonly #values: Value[];

  constructor(
    options: { name: string; help: string; buckets: readonly number[]; register: Registry },
    series: readonly HistogramSeries[],
  ) {
    const { name, help, buckets, register } = options;
    super({ name, help, buckets: [...buckets], registers: [register] });
    this.#described = { name, help };
    this.#values = series.flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const cumulative = [...buckets, Number.POSITIVE_INFINITY].map((bound): Value => {
        total += counts.get(bound) ?? 0;
        const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : bound;
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
      });
      return [
        ...cumulative,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: total },
      ];
    });
  }

  /** What the registry calls when it writes its text. */
  async getForPromString() {
    return { ...this.#described, type: "histogram", values: this.#values };
  }
}
