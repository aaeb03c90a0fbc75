import type { DecisionKind } from "~/engine/decisions/kinds";
import type { World } from "~/engine/testing/world";
import type { DecisionMade, DecisionRefused, DecisionRequest } from "../decisions.server";

/** Ada, an admin, and Eve, an operator. */
export const ADMIN = { actor: { kind: "staff", id: "staff_ada" }, role: "admin" } as const;
export const OPERATOR = { actor: { kind: "staff", id: "staff_eve" }, role: "operator" } as const;

export async function addStaff({ db }: Pick<World, "db">): Promise<void> {
  await db.staff.createMany({
    data: [
      { id: "staff_ada", name: "Ada", email: "ada@staff.example", role: "admin" },
      { id: "staff_eve", name: "Eve", email: "eve@staff.example", role: "operator" },
    ],
  });
}

export const toRequest = (
  kind: DecisionKind,
  input: unknown,
  by: DecisionRequest["by"] = ADMIN,
): DecisionRequest => ({ kind, input, by, reason: "asked for in ticket 12" });

type Asked = Parameters<typeof toRequest>;

/** Makes decisions in a world, with a reason; `decide` throws when one is refused. */
export function createDecider({ parity }: Pick<World, "parity">) {
  return {
    async decide(...asked: Asked): Promise<DecisionMade> {
      const made = await parity.decisions.decide(toRequest(...asked));
      if (!made.ok) throw new Error(`${made.reason}: ${made.message}`);
      return made;
    },
    async refused(...asked: Asked): Promise<DecisionRefused> {
      const answer = await parity.decisions.decide(toRequest(...asked));
      if (answer.ok) throw new Error("The decision was made");
      return answer;
    },
    undo: (made: DecisionMade, by: DecisionRequest["by"] = ADMIN) =>
      parity.decisions.decide(toRequest("undo_decision", { decisionId: made.decision.id }, by)),
  };
}
