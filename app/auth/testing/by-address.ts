import type { Actor } from "~/engine/account/actor";
import type { Roster } from "../roster.server";

const BY: Actor = { kind: "command_line", id: null };

/** Removes the member with this address; whether there was one that could be removed. */
export async function removeMember(roster: Roster, email: string): Promise<boolean> {
  const staffId = (await roster.findMember(email)) ?? "";
  return (await roster.members.removeMember({ staffId }, BY)).ok;
}

/** Removes the second factor of the member with this address; whether there was one. */
export async function removeSecondFactor(roster: Roster, email: string): Promise<boolean> {
  const staffId = (await roster.findMember(email)) ?? "";
  return (await roster.members.removeSecondFactor({ staffId }, BY)).ok;
}
