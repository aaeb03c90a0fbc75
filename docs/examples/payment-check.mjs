// For an application in any framework: has Parity check whether a user's payment is recorded. Copy this file.
//
//     const checkPayment = createPaymentCheck((text, values) => pool.query(text, values)); // pg, on your own database
//     checkPayment(userId); // in every request for a workspace
//
// It returns at once, never throws, and keeps at most 1,000 users in memory. Parity looks at the list every two seconds; it
// leaves out whoever was checked a moment ago.

const ASK_AGAIN_MS = 5_000;
const MOST = 1_000;

/**
 * @param {(text: string, values: unknown[]) => Promise<unknown>} query
 * @returns {(userId: string) => void}
 */
export function createPaymentCheck(query) {
  /** @type {Map<string, number>} */
  const askedAt = new Map();
  /** @type {Set<string>} */
  const waiting = new Set();
  let isAsking = false;

  async function ask() {
    while (waiting.size > 0) {
      const userIds = [...waiting];
      waiting.clear();
      try {
        await query("SELECT parity.check_user(id) FROM unnest($1::text[]) AS id", [userIds]);
      } catch {
        // The next request asks again. Your own pool reports its errors.
        for (const userId of userIds) askedAt.delete(userId);
      }
    }
    isAsking = false;
  }

  return (userId) => {
    const last = askedAt.get(userId);
    if (last !== undefined && performance.now() - last < ASK_AGAIN_MS) return;
    if (askedAt.size >= MOST) askedAt.clear();
    if (waiting.size >= MOST) return;
    askedAt.set(userId, performance.now());
    waiting.add(userId);
    if (isAsking) return;
    isAsking = true;
    // Behind the request that asks.
    setImmediate(() => void ask());
  };
}
