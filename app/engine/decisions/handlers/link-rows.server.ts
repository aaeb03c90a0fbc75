import { z } from "zod";
import { STORED_LINKS, type StoredLinkSource } from "~/engine/account/customer-owners.server";
import type { Tx } from "~/platform/client.server";

/** One row of `Link`, before and after a decision; null: there is none. */
export type LinkChange = {
  userId: string;
  customerId: string;
  /** Empty for the whole customer. */
  subscriptionId: string;
  before: StoredLinkSource | null;
  after: StoredLinkSource | null;
};

const isSource = (text: string): text is StoredLinkSource => Object.hasOwn(STORED_LINKS, text);
const source = z.string().refine(isSource).nullable();
const storedChanges = z.object({
  links: z.array(
    z.object({
      userId: z.string(),
      customerId: z.string(),
      subscriptionId: z.string(),
      before: source,
      after: source,
    }),
  ),
});

/** Reads the rows that a decision has written. */
export const parseLinkChanges = (after: unknown): LinkChange[] => storedChanges.parse(after).links;

type Place = Pick<LinkChange, "userId" | "customerId" | "subscriptionId">;

/** What is stored there now. */
export async function findLinkSource(tx: Tx, { userId, customerId, subscriptionId }: Place) {
  const row = await tx.link.findUnique({
    where: { userId_customerId_subscriptionId: { userId, customerId, subscriptionId } },
    select: { source: true },
  });
  return row === null || !isSource(row.source) ? null : row.source;
}

export async function writeLinkChanges(tx: Tx, changes: readonly LinkChange[], actor: string): Promise<void> {
  for (const { userId, customerId, subscriptionId, after } of changes) {
    if (after === null) await tx.link.deleteMany({ where: { userId, customerId, subscriptionId } });
    else
      await tx.$executeRaw`
        INSERT INTO parity."Link" ("userId", "customerId", "subscriptionId", source, actor, "createdAt")
        VALUES (${userId}, ${customerId}, ${subscriptionId}, ${after}, ${actor}, now())
        ON CONFLICT ("userId", "customerId", "subscriptionId") DO UPDATE
          SET source = excluded.source, actor = excluded.actor, "createdAt" = excluded."createdAt"`;
  }
}
