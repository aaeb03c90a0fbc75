/** Each metric of a scrape, with its labels and the values that they have. */
export type Scrape = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** What Prometheus itself adds to each series. */
const OWN_LABELS = new Set(["job", "instance", "le"]);
/** What Prometheus itself knows of each target. */
const OWN_METRICS = new Set(["up", "scrape_duration_seconds"]);
/** Rules write metrics with underscores only. */
const METRIC = /\b(parity_\w+|nodejs_\w+|process_\w+|up|scrape_\w+)\b(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g;

/** Reads the text format of `/metrics`. */
export function readScrape(text: string): Scrape {
  const scrape = new Map<string, Map<string, Set<string>>>();
  for (const [, name] of text.matchAll(/^# TYPE (\w+) /gm)) if (name) scrape.set(name, new Map());
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const found = scrape.get(name) ?? new Map<string, Set<string>>();
    scrape.set(name, found);
    for (const [, label = "", value = ""] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      found.set(label, (found.get(label) ?? new Set()).add(value));
  }
  return scrape;
}

/**
 * What an expression asks for that was not scraped: metrics, labels, and values of labels that are compared as they are. A
 * value with a variable of Grafana in it is not looked at.
 */
export function findUnknown(expression: string, scrape: Scrape): string[] {
  const unknown: string[] = [];
  const labels = new Set(OWN_LABELS);
  for (const [, name = "", matchers = ""] of expression.matchAll(METRIC)) {
    if (OWN_METRICS.has(name)) continue;
    const metric = scrape.get(name);
    if (metric === undefined) {
      unknown.push(name);
      continue;
    }
    for (const label of metric.keys()) labels.add(label);
    for (const [, label = "", , value = ""] of matchers.matchAll(MATCHER)) {
      if (OWN_LABELS.has(label)) continue;
      const values = metric.get(label);
      if (values === undefined) unknown.push(`${name}{${label}}`);
      else if (!value.includes("$"))
        for (const one of value.split("|")) if (!values.has(one)) unknown.push(`${name}{${label}="${one}"}`);
    }
  }
  for (const [, list = ""] of expression.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g))
    for (const label of list.split(",")) if (!labels.has(label.trim())) unknown.push(`by ${label.trim()}`);
  return unknown;
}
