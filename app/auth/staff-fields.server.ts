import { z } from "zod";
import { foldEmail } from "~/billing/email";
import type { Tx } from "~/platform/client.server";
import { isPlainText, toOneLine } from "~/platform/plain-text";

/** better-auth's name for an account with a password. */
export const credential = "credential";

export const staffEmail = z.string().trim().transform(foldEmail).pipe(z.email().max(254));
export const staffName = z.string().refine(isPlainText).transform(toOneLine).pipe(z.string().min(1).max(200));

/** A new password ends all sessions. */
export async function savePassword(tx: Tx, staffId: string, hash: string): Promise<void> {
  await tx.staffAccount.upsert({
    where: { providerId_accountId: { providerId: credential, accountId: staffId } },
    create: { providerId: credential, accountId: staffId, userId: staffId, password: hash },
    update: { password: hash },
  });
  await tx.staffSession.deleteMany({ where: { userId: staffId } });
}
