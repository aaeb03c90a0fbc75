import type { MappingDocument } from "~/mapping/mapping.server";
import type { FoundPlaces } from "./find-places";
import type { Roles } from "./find-tables";
import { toSnake } from "./names";
import type { Edit, Question } from "./proposal";

type Notes = { comments: Map<string, string>; questions: Question[] };

const PAYING =
  /^(is|has)_(pro|paid|premium|subscribed|plus|paying|access|active_subscription)$|^(pro|premium|paid|subscribed|subscription_active)$/;

/** By what the application decides who gets in. The catalog only suggests it, so that it is always asked where two would do. */
export function proposeAccess(
  { owners, subscriptions }: Roles,
  found: FoundPlaces,
  { comments, questions }: Notes,
): MappingDocument["access"] {
  const [owner] = owners;
  const flag = owner?.table.columns.find(
    ({ name, kind }) => kind === "boolean" && PAYING.test(toSnake(name)),
  );
  const path = ["access", "by"];
  const ask = (text: string, no: readonly Edit[] = []) => questions.push({ path, text, yes: [], no });
  if (flag && owner && owners.length === 1) {
    ask(
      `Does ${owner.table.name}.${flag.name} decide who gets in?${found.status ? " Otherwise write by: status." : ""}`,
      found.status ? [{ path: ["access"], value: { by: "status" } }] : [],
    );
    return { by: "boolean", column: `${owner.as}.${flag.name}` };
  }
  if (found.status) {
    comments.set("access.by", "the status decides who gets in");
    return { by: "status" };
  }
  if (found.periodEnd) {
    ask(
      "There is no column for the status. Does the application give access until the end of the paid period? How long after it?",
    );
    return { by: "date", grace: "1 day" };
  }
  if (found.plan) {
    ask("There is no column for the status. Does the application give access to users with a plan?");
    return { by: "plan" };
  }
  questions.push({
    path,
    text: `How does the application decide who gets in? ${subscriptions ? subscriptions.table.name : (owner?.table.name ?? "")} has no status, no end of a period and no plan.`,
  });
  return { by: "status" };
}
