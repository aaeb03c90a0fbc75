/** What a person waits for goes first. */
export type Priority = "interactive" | "background";

/** Name of the bucket that all endpoints share. */
export const ALL_ENDPOINTS = "all";

export type Grant = {
  /** So many of those asked for may be sent now, and have been counted. */
  granted: number;
  /** Milliseconds after which one more may be asked for. */
  waitMs: number;
  /** Milliseconds between two requests, as slow as it is now. */
  slotMs: number;
};

/** One budget of requests for all who share it: a process by itself, or all on one database. */
export type Budget = {
  /** Grants as many of `many` requests as may be sent now. Rejects when the budget cannot be asked. */
  ask(wish: { endpoint: string; priority: Priority; many: number }): Promise<Grant>;
  /** Slows one endpoint down, or all of them (`ALL_ENDPOINTS`), for everybody. Fades with time. */
  slowDown(bucket: string): Promise<void>;
};
