import { z } from "zod";
import type { DecisionRequest } from "~/engine/decisions/decide.server";
import { type Refusal, refuse } from "~/engine/decisions/handler.server";
import { findUserIds } from "~/engine/evaluate/users.server";
import type { Database } from "~/platform/client.server";

const namesUser = z.looseObject({ userId: z.string().trim().max(320).includes("@") });

/** A person may name the user by an email address. An id that has an @ is an id. */
export async function resolveUser<Request extends DecisionRequest>(
  db: Database,
  request: Request,
): Promise<Request | Refusal> {
  const named = namesUser.safeParse(request.input);
  if (!named.success) return request;
  const { userId: text } = named.data;
  const found = await findUserIds(db, text);
  const [userId] = found;
  if (userId === undefined) return refuse("not_found", `No user has the address or the ID ${text}.`);
  if (found.length > 1)
    return refuse("bad_input", `More than one user has the address ${text}. Enter the user’s ID.`);
  return { ...request, input: { ...named.data, userId } };
}
