import { z } from "zod";
import type { Actor } from "~/engine/account/actor";
import type { Role } from "~/engine/account/roles";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import type { createDecisions } from "../decisions/decisions.server";
import type { UsersList } from "../users-list/users-list.server";
import type { UsersQuery } from "../users-list/users-query";
import { type BulkDecision, MOST_DECIDED_AT_ONCE } from "./bulk-decisions";

export type Selected = { selectionId: string; users: number };

/** The users that were selected by hand, or all that match a list, as they are at this moment. */
export type SelectionInput = { staffId: string } & ({ userIds: string[] } | { query: UsersQuery });

export type BulkResult = { decided: number; refused: { userId: string; message: string }[] };

const idRow = z.object({ id: z.string() });
const countRow = z.object({ users: z.number() });

/** Users that staff selected in the list: kept as a list of ids, so that none comes in or drops out afterwards. */
export function createSelections(
  { db }: { db: Database },
  users: Pick<UsersList, "selectIds">,
  decisions: Pick<ReturnType<typeof createDecisions>, "decide">,
) {
  return {
    async select(input: SelectionInput): Promise<Selected> {
      const ids =
        "userIds" in input
          ? sql`SELECT id FROM parity.users_by_id(${input.userIds}::text[])`
          : await users.selectIds(input.query);
      return insertSelection(db, input.staffId, ids);
    },
    /** Decides the same about each user of a selection; what does not fit a user is told apart. */
    async decide(input: {
      selectionId: string;
      kind: BulkDecision;
      reason: string;
      by: { actor: Actor; role: Role };
    }): Promise<BulkResult> {
      const { selectionId, kind, reason, by } = input;
      const ids = await listSelected(db, selectionId);
      const result: BulkResult = { decided: 0, refused: [] };
      for (const userId of ids) {
        const made = await decisions.decide({ kind, input: { userId }, reason, by });
        if (made.ok) result.decided += 1;
        else result.refused.push({ userId, message: made.message });
      }
      return result;
    },
  };
}

async function insertSelection(db: Database, staffId: string, ids: Sql): Promise<Selected> {
  return db.$transaction(async (tx) => {
    const { id: selectionId } = await tx.selection.create({ data: { staffId }, select: { id: true } });
    const { users } = await queryOneOrThrow(
      tx,
      countRow,
      sql`WITH added AS (INSERT INTO parity."SelectedUser" ("selectionId", "userId")
        SELECT ${selectionId}, id FROM (${ids}) chosen RETURNING 1) SELECT count(*)::int AS users FROM added`,
    );
    return { selectionId, users };
  });
}

async function listSelected(db: Database, selectionId: string): Promise<string[]> {
  const rows = await queryRows(
    db,
    idRow,
    sql`SELECT "userId" AS id FROM parity."SelectedUser" WHERE "selectionId" = ${selectionId}
      ORDER BY "userId" LIMIT ${MOST_DECIDED_AT_ONCE}::int`,
  );
  return rows.map(({ id }) => id);
}
