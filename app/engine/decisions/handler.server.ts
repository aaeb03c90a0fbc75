import type { z } from "zod";
import type { Actor } from "~/engine/account/actor";
import type { EvaluationContext } from "~/engine/evaluate/deps.server";
import type { Tx } from "~/platform/client.server";
import type { Json, StoredDecision, Subject } from "./store.server";

/**
 * Why nothing was decided. `already`: what is asked for stands. `changed`: what it rests on is not so any more.
 * `evidence_missing`: only an override decides it.
 */
export type RefusalReason =
  | "forbidden"
  | "bad_input"
  | "reason_missing"
  | "not_found"
  | "already"
  | "changed"
  | "evidence_missing"
  | "refused";

export type Refusal = {
  ok: false;
  reason: RefusalReason;
  message: string;
  /** The decision that stands in the way, of another person perhaps. */
  decision?: StoredDecision;
};

export const refuse = (reason: RefusalReason, message: string, decision?: StoredDecision): Refusal => ({
  ok: false,
  reason,
  message,
  ...(decision && { decision }),
});

/** What happens with the users concerned after the decision. */
export type FollowUp =
  /** Their status is evaluated again; nothing is written to their record. */
  | "evaluate"
  /** The user is synced, where writing is allowed. */
  | "sync";

/** A decision that can be made: what it is about, and how it is written. */
export type Prepared = {
  ok: true;
  subject: Subject;
  /** Users whose evaluation may change; the first one is synced. */
  userIds: readonly string[];
  /** How many they are, when `userIds` are only the first of them. */
  usersTotal?: number;
  before: Json;
  after: Json;
  /** What is decided: "Ada Okafor is put on hold." */
  sentence: string;
  write: (tx: Tx) => Promise<void>;
  followUp: FollowUp;
  /** It takes something from a user that has it: an admin must decide. */
  needsAdmin?: boolean;
  /** The decision that this one takes back. */
  undoes?: string;
  /** The decision itself is to take access: the sync that follows may do so. */
  mayRevoke?: boolean;
};

export type DecisionContext = {
  evaluation: EvaluationContext;
  actor: Actor;
  /** The actor as rows of Parity's tables name it. */
  actorName: string;
  /** What was typed; empty in a preview. */
  reason: string;
};

/** One kind of decision. Both functions run in the transaction that writes, after the locks. */
export type Handler<Input> = {
  input: z.ZodType<Input>;
  /** What two people must not decide at once. */
  lock: (input: Input) => readonly string[];
  prepare: (tx: Tx, input: Input, context: DecisionContext) => Promise<Prepared | Refusal>;
  /** Takes back a decision of this kind, where what it wrote still stands. */
  revert?: (tx: Tx, decision: StoredDecision, context: DecisionContext) => Promise<Prepared | Refusal>;
};

/** How rows name an actor: `staff:…`, `command_line:ana`. */
export const nameActor = ({ kind, id }: Actor): string => `${kind}:${id ?? ""}`;
