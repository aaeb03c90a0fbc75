/** `interactive`: a person waits for it; it goes first. */
export type Priority = "interactive" | "background";

/** Name of the bucket that all endpoints share. */
export const ALL_ENDPOINTS = "all";

export type Grant = {
  /** How many of the requests may be sent now; they have been counted. */
  granted: number;
  /** Milliseconds after which one more may be asked for. */
  waitMs: number;
  /** Milliseconds between two requests at the present speed. */
  slotMs: number;
};

/** A budget of requests that one process has alone, or that all processes on one database share. */
export type Budget = {
  /** Grants as many of `many` requests as may be sent now. Rejects when the budget cannot be asked. */
  acquire(request: { endpoint: string; priority: Priority; many: number }): Promise<Grant>;
  /** Slows one endpoint down, or all of them (`ALL_ENDPOINTS`), for all who share the budget. Fades with time. */
  slowDown(bucket: string): Promise<void>;
};
