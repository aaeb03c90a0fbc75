export interface LoggedRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Method and path with `:id` for ids; empty for unknown addresses. */
  endpoint: string;
  /** What was answered; null while unanswered, and when the connection was broken instead. */
  status: number | null;
  /** When it came: milliseconds since the epoch, of the machine's clock. */
  at: number;
  /** Milliseconds until it was answered; null like `status`. */
  took: number | null;
  requestId: string;
  /** `sk_test`, `rk_live` …: never the key. */
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

/** Every request to the API, without the control endpoint: the last ones in full, all of them in numbers. */
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

  /** `status` null: the connection was broken instead. */
  end(entry: OpenEntry, status: number | null): void {
    this.#inFlight -= 1;
    if (status === null) return;
    entry.status = status;
    entry.took = Date.now() - entry.at;
    count(this.#byStatus, status);
  }

  /** The last requests (as many as the log holds), oldest first. */
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

  /** Exact numbers since the start or the last `clear`, however many requests there were. */
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
