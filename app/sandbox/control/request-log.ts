export interface LoggedRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Method and path with `:id` for ids; empty for unknown paths. */
  endpoint: string;
  /** The response's status; null before the response and when the connection was broken. */
  status: number | null;
  /** When the request arrived: milliseconds since the epoch, by the machine's clock. */
  at: number;
  /** Milliseconds until the response; null like `status`. */
  took: number | null;
  requestId: string;
  /** `sk_test`, `rk_live` and so on, never the key. */
  keyPrefix: string;
}

export interface OpenEntry extends Omit<LoggedRequest, "query"> {
  query: string;
}

export interface RequestFilter {
  method?: string;
  endpoint?: string;
  status?: number;
}

/** Requests to the API, without the control endpoint: details of the latest, counts of all. */
export class RequestLog {
  readonly #capacity: number;
  #ring: OpenEntry[] = [];
  #next = 0;
  #total = 0;
  #inFlight = 0;
  #mostInFlight = 0;
  readonly #byMethod = new Map<string, number>();
  readonly #byEndpoint = new Map<string, number>();
  readonly #byStatus = new Map<number, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  begin(entry: OpenEntry): void {
    this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#capacity;
    this.#total += 1;
    this.#inFlight += 1;
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#inFlight);
    count(this.#byMethod, entry.method);
    count(this.#byEndpoint, entry.endpoint);
  }

  /** `status` is null when the connection was broken. */
  end(entry: OpenEntry, status: number | null): void {
    this.#inFlight -= 1;
    if (status === null) return;
    entry.status = status;
    entry.took = Date.now() - entry.at;
    count(this.#byStatus, status);
  }

  /** The latest requests (as many as the log holds), oldest first. */
  list(filter: RequestFilter = {}): LoggedRequest[] {
    const ordered = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    const entries = this.#ring.length < this.#capacity ? this.#ring : ordered;
    return entries
      .filter(
        (entry) =>
          (filter.method === undefined || entry.method === filter.method) &&
          (filter.endpoint === undefined || entry.endpoint === filter.endpoint) &&
          (filter.status === undefined || entry.status === filter.status),
      )
      .map((entry) => ({ ...entry, query: Object.fromEntries(new URLSearchParams(entry.query)) }));
  }

  /** Counts of all requests since the start or the last `clear`. */
  counts() {
    return {
      total: this.#total,
      inFlight: this.#inFlight,
      mostInFlight: this.#mostInFlight,
      byMethod: Object.fromEntries(this.#byMethod),
      byEndpoint: Object.fromEntries(this.#byEndpoint),
      byStatus: Object.fromEntries(this.#byStatus),
    };
  }

  clear(): void {
    this.#ring = [];
    this.#next = 0;
    this.#total = 0;
    this.#mostInFlight = this.#inFlight;
    this.#byMethod.clear();
    this.#byEndpoint.clear();
    this.#byStatus.clear();
  }
}

function count<K>(counters: Map<K, number>, key: K): void {
  counters.set(key, (counters.get(key) ?? 0) + 1);
}
