import { expect, it } from "vitest";
import { cutRanges } from "~/stripe/ranges";
import type { RequestOptions } from "~/stripe/reader.server";
import { createPageReader } from "./read-pages.server";

/** A list of thousands, one subscription a minute, of which a test lets each request go and answers it when it likes. */
function openReader() {
  const asked: { lt: number; letGo: () => void; answer: () => void }[] = [];
  const page = (lt: number) => ({
    listed: Array.from({ length: 100 }, (_, n) => ({ id: `sub_${lt}_${n}`, created: lt - 60 * (n + 1) })),
    ...{ hasMore: true, lastId: null, subscriptions: [], unreadable: [] },
  });
  const listSubscriptions = (
    { created }: { created?: { lt?: number } },
    options: Pick<RequestOptions, "onRequest">,
  ) => {
    const lt = created?.lt ?? 1_790_000_000;
    const version = { started: 1, ended: 2, requestId: null, stripeTime: 1_790_000_000 };
    return new Promise<{ ok: true; value: ReturnType<typeof page> } & typeof version>((resolve) => {
      const answer = () => resolve({ ok: true, value: page(lt), ...version });
      asked.push({ lt, answer, letGo: () => options.onRequest?.() });
    });
  };
  const requestOptions = { priority: "background", deadlineMs: 1_000 } as const;
  const reader = createPageReader({
    ...{ stripe: { listSubscriptions }, ranges: cutRanges([]), requestOptions, hasTime: () => true },
  });
  return { asked, reader };
}

it("looks further back only when no request waits for its turn", async () => {
  const { asked, reader } = openReader();
  const first = reader.next();
  expect(asked).toHaveLength(1);
  asked[0]?.letGo();
  asked[0]?.answer();
  await first;
  expect(asked, "the list goes on where the page ended, and this request waits").toHaveLength(2);
  asked[1]?.letGo();
  expect(asked, "it was sent: another reader has something to do").toHaveLength(3);
  expect(asked[2]?.lt).toBeLessThan((asked[1]?.lt ?? 0) - 100 * 60);
  asked[2]?.letGo();
  expect(asked).toHaveLength(4);
  reader.stop();
});

it("does not wait for a request that was given up before its turn", async () => {
  const { asked, reader } = openReader();
  const first = reader.next();
  asked[0]?.answer();
  await first;
  expect(asked).toHaveLength(2);
  asked[1]?.letGo();
  expect(asked).toHaveLength(3);
  reader.stop();
});
