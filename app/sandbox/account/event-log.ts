import type { Serializers } from "../objects/view";
import type { EventRecord } from "../store/records";
import type { Store } from "../store/store";
import type { Clock } from "./clock";
import { findPreviousAttributes } from "./previous-attributes";

export interface SandboxEvent {
  id: string;
  type: string;
  /** Epoch seconds. */
  created: number;
  /** The event's JSON text as Stripe would send it; computed on first use. */
  readonly text: string;
}

export type EventListener = (event: SandboxEvent) => void;

export interface Emission {
  type: string;
  /** The object after the change, as JSON text. */
  object: string;
  /** For updates: the object before the change. */
  before?: string;
}

/** The request that causes the current events; null for changes that do not come from the API. */
export interface RequestOrigin {
  requestId: string | null;
  idempotencyKey: string | null;
}

const DAY = 86_400;

/** The account's events: kept as long as `GET /v1/events` shows them, and sent to listeners. */
export class EventLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #serializers: Serializers;
  readonly #retention: number;
  readonly #listeners = new Set<EventListener>();
  #oldestKept = 1;
  #pauses = 0;
  /** Whether an event has reached every webhook endpoint that wants it; set by the sandbox that delivers them. */
  wasDelivered: (id: string) => boolean = () => true;
  origin: RequestOrigin = { requestId: null, idempotencyKey: null };

  constructor(deps: { store: Store; clock: Clock; serializers: Serializers; retentionDays: number }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#serializers = deps.serializers;
    this.#retention = deps.retentionDays * DAY;
  }

  /** False inside `pauseDuring` and when no events are kept: then callers need not serialize objects for `emit`. */
  get isRecording(): boolean {
    return this.#pauses === 0 && this.#retention > 0;
  }

  /** Events created before this time (epoch seconds) are deleted. */
  get horizon(): number {
    return this.#clock.eventTime() - this.#retention;
  }

  emit({ type, object, before }: Emission): void {
    if (!this.isRecording) return;
    this.#forgetOld();
    const record: EventRecord = {
      sequence: this.#store.events.nextSequence,
      created: this.#clock.eventTime(),
      type,
      object,
      previous: before === undefined ? null : findPreviousAttributes(before, object),
      ...this.origin,
    };
    this.#store.events.add(record);
    if (this.#listeners.size === 0) return;
    const serializers = this.#serializers;
    const event: SandboxEvent = {
      id: this.#store.events.getId(record.sequence),
      type,
      created: record.created,
      get text() {
        return serializers.event(record);
      },
    };
    for (const listener of this.#listeners) listener(event);
  }

  /** Runs a change without events, to create objects in bulk. */
  pauseDuring<T>(change: () => T): T {
    this.#pauses += 1;
    try {
      return change();
    } finally {
      this.#pauses -= 1;
    }
  }

  /** Calls the listener for every event from now on, after the change is stored. Returns a function that stops it. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forgetOld(): void {
    const { events } = this.#store;
    for (; this.#oldestKept < events.nextSequence; this.#oldestKept++) {
      const oldest = events.peek(this.#oldestKept);
      if (oldest && oldest.created >= this.horizon) return;
      if (oldest) events.forget(this.#oldestKept);
    }
  }
}
