import { z } from "zod";
import { findTaken, type Taken } from "~/billing/evaluation/taken";
import type { RecordFields } from "~/billing/fields";
import { findMismatches } from "~/billing/mismatches";
import type { BillingState } from "~/billing/record";
import { SEAT_LABEL } from "~/billing/seat-label";
import { describeMismatch, readCurrencies } from "~/billing/words/field-words";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import { ACTOR_KINDS, type Actor } from "~/engine/account/actor";
import { loadApplication } from "~/engine/account/application.server";
import { isSettingKey } from "~/engine/account/settings-catalogue.server";
import { DECISION_KINDS, DECISIONS, REVOCATION_KINDS } from "~/engine/decisions/kinds";
import { parseDecision, type StoredDecision, type Subject } from "~/engine/decisions/store.server";
import { findChangesById } from "~/engine/repair/audited-changes.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import {
  describeActor,
  loadActorNames,
  parseActor,
  toDecisionViews,
} from "../decisions/decision-view.server";
import { describeRepairer } from "../run-view.server";
import { shortenLines } from "../user-page/shorten-lines";
import { type ActivityPlace, type ActivityQuery, listPlaces, writeCursor } from "./activity-places.server";
import { describeDecision } from "./decision-words";
import { describeSetting } from "./setting-words";
import { undoSetting } from "./undo-setting.server";

/** One thing that was done: a repair, a decision of staff, or a changed setting. */
export type ActivityEntry = {
  /** `change:12`, `decision:3`, `setting:7` */
  key: string;
  source: ActivityPlace["source"];
  /** Epoch seconds. */
  at: number;
  /** "Repaired", "Put on hold", "Grace period for late payments" */
  title: string;
  /** "Ada (staff)", "the scheduler"; people stay named after they have left. */
  by: string;
  actor: Actor | null;
  userId: string | null;
  /** What else it is about. */
  subject: Subject;
  reason: string | null;
  /** Lines "field: before → after". */
  changes: string[];
  grants: boolean;
  revokes: boolean;
  /** What was given, and what was taken; null where nothing was. */
  given: Taken | null;
  taken: Taken | null;
  /** An admin decided it although evidence was missing. */
  override: boolean;
  runId: string | null;
  /** `req_…`: Stripe's answer that a repair rests on, as Stripe's own log names it. */
  stripeRequestId: string | null;
  /** What `undo_change` or `undo_decision` takes, or the changed setting; null where it cannot be taken back. */
  undo:
    | { kind: "undo_change"; changeId: string }
    | { kind: "undo_decision"; decisionId: string }
    | { kind: "undo_setting"; settingChangeId: string }
    | null;
};

/** `next`: the cursor of the next page; null at the end. */
export type ActivityPage = { entries: ActivityEntry[]; next: string | null };

const toSeconds = (time: Date) => Math.floor(time.getTime() / 1000);

/** Everything that was done, by staff and by Parity itself: one list over repairs, decisions and settings. */
export function createActivity({ db, log }: { db: Database; log: Log }) {
  return {
    /** The newest first. */
    list: (query: ActivityQuery) => listActivity(db, query),
    /** The same with the names of the users, for a page: they are never in the audit itself, nor in its CSV. */
    listForPage: (query: ActivityQuery) => listNamed(db, query),
    /** Sets a setting to what it was before a change. */
    undoSetting: (request: Parameters<typeof undoSetting>[1]) => undoSetting({ db, log }, request),
    /** Everyone who did something, for a filter: staff that have left too. */
    actors: () => listActors(db),
  };
}

export type NamedEntry = ActivityEntry & { userName: string | null };
export type NamedPage = Omit<ActivityPage, "entries"> & { entries: NamedEntry[] };

const nameRow = z.object({ id: z.string(), name: z.string().nullable() });

async function listNamed(db: Database, query: ActivityQuery): Promise<NamedPage> {
  const page = await listActivity(db, query);
  const userIds = [...new Set(page.entries.flatMap(({ userId }) => userId ?? []))];
  const rows = await queryRows(db, nameRow, sql`SELECT id, name FROM parity.users_by_id(${userIds}::text[])`);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const entries = page.entries.map((entry): NamedEntry => {
    const userName = entry.userId === null ? null : (names.get(entry.userId) ?? null);
    return { ...entry, userName, changes: shortenLines(entry.changes) };
  });
  return { ...page, entries };
}

/** One page of what was done, the newest first. */
export async function listActivity(db: Database, query: ActivityQuery): Promise<ActivityPage> {
  const places = await listPlaces(db, { ...query, limit: query.limit + 1 });
  const shown = places.slice(0, query.limit);
  const last = shown.at(-1);
  const entries = await loadEntries(db, shown);
  return { entries, next: places.length > query.limit && last ? writeCursor(last) : null };
}

async function loadEntries(db: Database, places: readonly ActivityPlace[]): Promise<ActivityEntry[]> {
  const idsFrom = (source: ActivityPlace["source"]) =>
    places.flatMap((place) => (place.source === source ? [BigInt(place.id)] : []));
  const { fields } = await loadApplication(db);
  const [changes, decisions, settings] = await Promise.all([
    loadChanges(db, idsFrom("change"), fields),
    loadDecisions(db, idsFrom("decision")),
    loadSettings(db, idsFrom("setting")),
  ]);
  const all = new Map([...changes, ...decisions, ...settings].map((entry) => [entry.key, entry]));
  return places.flatMap(({ source, id }) => all.get(`${source}:${id}`) ?? []);
}

async function loadChanges(
  db: Database,
  ids: readonly bigint[],
  fields: RecordFields,
): Promise<ActivityEntry[]> {
  const rows = await findChangesById(db, ids, fields);
  const runs = await db.run.findMany({
    where: { id: { in: rows.map(({ runId }) => runId) }, mode: "undo" },
    select: { id: true },
  });
  const undoing = new Set(runs.map(({ id }) => id));
  const names = await loadActorNames(
    db,
    rows.map(({ actor }) => actor),
  );
  return rows.map((row): ActivityEntry => {
    const currencies = readCurrencies(row.before, row.after);
    const taken = row.revokes ? findTaken({ ...row, isEntitled: false }) : null;
    const given = row.grants ? findGiven(row) : null;
    const title = nameChange(given, taken);
    return {
      ...{ key: `change:${row.id}`, source: "change", at: toSeconds(row.createdAt) },
      title: undoing.has(row.runId) ? "Change taken back" : title,
      by: describeRepairer(row.actor.kind, row.actor.id, names),
      ...{ actor: row.actor, userId: row.userId, subject: { userId: row.userId }, reason: row.reason },
      changes: findMismatches(row.before, row.after, fields).map((one) =>
        describeMismatch(one, currencies, fields),
      ),
      ...{ grants: row.grants, revokes: row.revokes, given, taken },
      ...{ override: row.override, runId: row.runId },
      stripeRequestId: row.stripeRequestId,
      undo: { kind: "undo_change", changeId: row.id },
    };
  });
}

/** Only seats where the workspaces were open before: otherwise the user could not get in. */
const findGiven = ({ before, after }: { before: BillingState; after: BillingState }): Taken =>
  findTaken({ before: after, after: before, isEntitled: false }) === "seats" ? "seats" : "access";

function nameChange(given: Taken | null, taken: Taken | null): string {
  if (taken !== null) return TAKEN_WORDS[taken].done;
  if (given === null) return "Repaired";
  return given === "seats" ? `More ${SEAT_LABEL.many}` : "Access given";
}

async function loadDecisions(db: Database, ids: readonly bigint[]): Promise<ActivityEntry[]> {
  const rows = await db.decision.findMany({ where: { id: { in: [...ids] } } });
  if (rows.length === 0) return [];
  const decisions = rows.map(parseDecision);
  const [views, plans, requestIds] = await Promise.all([
    toDecisionViews(db, decisions),
    db.plan.findMany({ select: { id: true, name: true } }),
    findRequestIds(db, decisions),
  ]);
  const planNames = new Map(plans.map(({ id, name }) => [id, name]));
  return views.map((view, index): ActivityEntry => {
    const { id, subject, undoable, label, by, at, reason } = view;
    const decision = decisions[index];
    return {
      ...{ key: `decision:${id}`, source: "decision", at, title: label, by, reason, subject },
      actor: decision?.actor ?? null,
      userId: subject.userId ?? null,
      changes: decision ? describeDecision(decision, planNames) : [],
      ...{ grants: false, revokes: false, given: null, taken: null, override: view.kind === "override" },
      ...{ runId: subject.runId ?? null, stripeRequestId: requestIds.get(id) ?? null },
      undo: undoable ? { kind: "undo_decision", decisionId: id } : null,
    };
  });
}

/** Of decisions that took access: Stripe's answer that they rest on, by the decision's id. */
async function findRequestIds(
  db: Database,
  decisions: readonly StoredDecision[],
): Promise<Map<string, string | null>> {
  const taken = decisions.filter(({ kind }) => REVOCATION_KINDS.some((one) => one === kind));
  const changes = await db.change.findMany({
    where: { runId: { in: taken.flatMap(({ subject }) => subject.runId ?? []) } },
    select: { runId: true, userId: true, stripeRequestId: true },
  });
  return new Map(
    taken.map(({ id, subject }) => {
      const change = changes.find(
        ({ runId, userId }) => runId === subject.runId && userId === subject.userId,
      );
      return [id, change?.stripeRequestId ?? null];
    }),
  );
}

async function loadSettings(db: Database, ids: readonly bigint[]): Promise<ActivityEntry[]> {
  const rows = await db.settingChange.findMany({ where: { id: { in: [...ids] } } });
  const names = await loadActorNames(
    db,
    rows.flatMap(({ actor }) => parseActor(actor) ?? []),
  );
  const staffIds = rows.flatMap(({ key }) => (key.startsWith("staff:") ? [key.slice("staff:".length)] : []));
  const [newest, unset] = await Promise.all([findNewest(db, rows), findUnset(db, ids)]);
  const members = await loadActorNames(
    db,
    staffIds.map((id) => ({ kind: "staff" as const, id })),
  );
  return rows.map((row): ActivityEntry => {
    const { title, changes } = describeSetting({ ...row, wasUnset: unset.has(row.id) }, members);
    return {
      ...{ key: `setting:${row.id}`, source: "setting", at: toSeconds(row.createdAt), title, changes },
      by: describeActor(row.actor, names),
      ...{ actor: parseActor(row.actor), userId: null, subject: {}, reason: row.reason },
      ...{ grants: false, revokes: false, given: null, taken: null },
      ...{ override: false, runId: null, stripeRequestId: null },
      undo: newest.has(row.id) ? { kind: "undo_setting", settingChangeId: String(row.id) } : null,
    };
  });
}

const idRow = z.object({ id: z.bigint() });

/** Of these changes of settings those before which nothing was stored: to Prisma that is the same as a stored null. */
async function findUnset(db: Database, ids: readonly bigint[]): Promise<Set<bigint>> {
  const rows = await queryRows(
    db,
    idRow,
    sql`SELECT id FROM parity."SettingChange" WHERE id = ANY(${[...ids]}::bigint[]) AND before IS NULL`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Of these changes of settings those that can be taken back: nothing has changed the same since. */
async function findNewest(db: Database, rows: readonly { id: bigint; key: string }[]): Promise<Set<bigint>> {
  const restorable = rows.filter(({ key }) => isSettingKey(key));
  if (restorable.length === 0) return new Set();
  const newest = await db.settingChange.groupBy({
    by: ["key"],
    where: { key: { in: restorable.map(({ key }) => key) } },
    _max: { id: true },
  });
  return new Set(newest.flatMap(({ _max: { id } }) => (id === null ? [] : [id])));
}

/** The members of staff, also those that have left, and the other callers. */
async function listActors(db: Database): Promise<{ value: string; name: string; hasLeft: boolean }[]> {
  const staff = await db.staff.findMany({
    orderBy: { name: "asc" },
    select: { id: true, name: true, removedAt: true },
  });
  return [
    ...staff.map(({ id, name, removedAt }) => ({ value: `staff:${id}`, name, hasLeft: removedAt !== null })),
    ...ACTOR_KINDS.filter((kind) => kind !== "staff").map((kind) => ({
      value: `${kind}:`,
      name: describeRepairer(kind, null, new Map()),
      hasLeft: false,
    })),
  ];
}

/** What can be filtered by: the kinds of entries, in words. */
export const ACTIVITY_KINDS: readonly { value: string; label: string }[] = [
  { value: "repair", label: "Repairs" },
  { value: "undone", label: "Repairs taken back" },
  { value: "granted", label: "Access given after a payment" },
  { value: "setting", label: "Settings, plans and staff" },
  ...DECISION_KINDS.map((kind) => ({ value: kind, label: DECISIONS[kind].done })),
];
