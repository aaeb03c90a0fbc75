/**
 * How far a page of the list searches in one way before it tries the next. There are three ways to find fifty users in
 * order: collect all users that match and sort them (candidates); follow the index of the sort and keep the users that match
 * (scan); or do the same scan with the ids of the candidates at hand. PostgreSQL would choose by its estimates, and
 * underestimates the cost of a scan. So each way has a limit, about where the next way takes the same time.
 */
export type ScanLimits = {
  /** Candidates from one table. */
  candidates: number;
  /** Candidates that must be looked up in the other table too. */
  joinedCandidates: number;
  /** Candidate ids that are kept while an index of `User` is scanned. */
  candidateIds: number;
  /** Index entries that a scan reads. */
  scanned: number;
  /** Index entries that a scan reads when each is looked up in the other table too. */
  joinedScanned: number;
};

export const SCAN_LIMITS: ScanLimits = {
  candidates: 6_000,
  joinedCandidates: 4_500,
  candidateIds: 10_000,
  scanned: 20_000,
  joinedScanned: 12_000,
};
