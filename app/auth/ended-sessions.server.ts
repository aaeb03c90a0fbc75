import type { Database } from "~/platform/client.server";

/** Sessions of customers that were left before they expired. */
export type EndedSessions = {
  has: (id: string) => Promise<boolean>;
  add: (id: string, expiresAt: Date) => Promise<void>;
};

/** Kept in the database until they would have expired anyway. */
export function createEndedSessions(db: Database): EndedSessions {
  return {
    has: async (id) => (await db.endedCustomerSession.count({ where: { id } })) > 0,
    add: async (id, expiresAt) => {
      await db.endedCustomerSession.createMany({ data: [{ id, expiresAt }], skipDuplicates: true });
      await db.endedCustomerSession.deleteMany({ where: { expiresAt: { lt: new Date() } } });
    },
  };
}
