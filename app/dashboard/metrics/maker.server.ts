import { Counter, Gauge, type Registry } from "prom-client";
import type { MetricName, MetricTotal } from "~/engine/repair/metric-totals.server";
import { type HistogramSeries, StoredHistogram } from "~/platform/metrics/stored-histogram.server";

/** Makes the metrics of one scrape. */
export type Maker = ReturnType<typeof createMaker>;

export function createMaker(registry: Registry) {
  const registers = [registry];
  return {
    gauge: <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Gauge({ name, help, labelNames, registers }),
    counter: <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    /** A histogram from stored totals: `<stored>_bucket` and `<stored>_sum`. */
    histogram(name: string, help: string, { label, buckets, totals, stored }: StoredTotals): void {
      const series = new Map<string, HistogramSeries & { counts: Map<number, number> }>();
      for (const { name: part, labels, value } of totals) {
        const key = labels[label];
        if (key === undefined || (part !== stored.bucket && part !== stored.sum)) continue;
        const one = series.get(key) ?? { labels: { [label]: key }, counts: new Map(), sum: 0 };
        if (part === stored.sum) one.sum = value;
        else one.counts.set(labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le), value);
        series.set(key, one);
      }
      new StoredHistogram({ name, help, buckets, register: registry }, [...series.values()]);
    },
  };
}

type StoredTotals = {
  label: string;
  buckets: readonly number[];
  totals: readonly MetricTotal[];
  stored: { bucket: MetricName; sum: MetricName };
};
