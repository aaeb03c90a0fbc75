import type { InboxCase } from "./cases.server";
import { QUEUE_IDS, type QueueId } from "./queues";

/** The first queue in which something waits, with its cases; the first of all when nothing does. */
export async function findFirstQueue(
  listCases: (queue: QueueId) => Promise<InboxCase[]>,
): Promise<{ queue: QueueId; cases: InboxCase[] }> {
  for (const queue of QUEUE_IDS) {
    const cases = await listCases(queue);
    if (cases.some(({ isOpen }) => isOpen)) return { queue, cases };
  }
  return { queue: QUEUE_IDS[0], cases: [] };
}
