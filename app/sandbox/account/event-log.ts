import type { Writers } from "../objects/view";
import type { EventRecord } from "../store/records";
import type { Store } from "../store/store";
import type { Clock } from "./clock";
import { previousAttributes } from "./previous-attributes";

export interface SandboxEvent {
  id: string;
  type: string;
  /** Epoch seconds. */
  created: number;
  /** The whole event as Stripe would send it, as JSON text; written when asked for. */
  readonly text: string;
}

export type EventListener = (event: SandboxEvent) => void;

export interface Emission {
  type: string;
  /** The object as it now is, as JSON text. */
  object: string;
  /** For updates: the object as it was before. */
  before?: string;
}

/** Which request the events of the moment belong to; nulls for changes that nobody asked for over HTTP. */
export interface RequestOrigin {
  requestId: string | null;
  idempotencyKey: string | null;
}

const DAY = 86_400;

/** The account's events: kept for as long as `GET /v1/events` reaches back, and told to listeners. */
export class EventLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #writers: Writers;
  readonly #retention: number;
  readonly #listeners = new Set<EventListener>();
  #oldestKept = 1;
  #off = 0;
  origin: RequestOrigin = { requestId: null, idempotencyKey: null };

  constructor(parts: { store: Store; clock: Clock; writers: Writers; retentionDays: number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#writers = parts.writers;
    this.#retention = parts.retentionDays * DAY;
  }

  /** False inside `without`, and when nothing is to be kept: then the objects for `emit` need not be written at all. */
  get on(): boolean {
    return this.#off === 0 && this.#retention > 0;
  }

  /** Events created before this (epoch seconds) are gone. */
  get horizon(): number {
    return this.#clock.now() - this.#retention;
  }

  emit({ type, object, before }: Emission): void {
    if (!this.on) return;
    this.#forgetOld();
    const record: EventRecord = {
      sequence: this.#store.events.nextSequence,
      created: this.#clock.now(),
      type,
      object,
      previous: before === undefined ? null : previousAttributes(before, object),
      ...this.origin,
    };
    this.#store.events.add(record);
    if (this.#listeners.size === 0) return;
    const writers = this.#writers;
    const event: SandboxEvent = {
      id: this.#store.events.idOf(record.sequence),
      type,
      created: record.created,
      get text() {
        return writers.event(record);
      },
    };
    for (const listener of this.#listeners) listener(event);
  }

  /** Runs a change without events: for making objects in bulk. */
  without<T>(change: () => T): T {
    this.#off += 1;
    try {
      return change();
    } finally {
      this.#off -= 1;
    }
  }

  /** Calls the listener for every event from now on, after the change is stored. Returns how to stop. */
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
