import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { QUEUE_IDS, QUEUES } from "~/dashboard/inbox/queues";
import { shortenUserPage } from "~/dashboard/user-page/shorten";
import { idParam } from "~/http/body.server";
import { deferIfSlow } from "~/http/defer-if-slow.server";
import { route } from "~/http/route.server";
import { FirstRun } from "~/routes/_staff/first-run/first-run";
import { classNames } from "~/ui/class-names";
import { useDeferred } from "~/ui/deferred";
import { Time } from "~/ui/format/time";
import { PageHeader } from "~/ui/page-header";
import { PendingRevocations } from "../_staff/pending-revocations";
import { CaseList } from "./case-list";
import { EmptyInbox } from "./empty-inbox";
import { OpenCase } from "./open-case";
import { QueueTabs } from "./queue-tabs";
import { useWork } from "./use-work";

export const meta: MetaFunction = () => [{ title: "Inbox · Parity" }];

/** Slower counts arrive after the page. */
const COUNTS_WITHIN_MS = 120;

const search = z.object({
  queue: z.enum(QUEUE_IDS).optional().catch(undefined),
  case: idParam.optional().catch(undefined),
});

/** The queues with their counts, the cases of one of them, and one case in full. */
export const loader = route.loader(
  { who: "staff", role: "viewer", search },
  async ({ search, parity, log }) => {
    const counting = deferIfSlow(parity.inbox.counts(), { log, withinMs: COUNTS_WITHIN_MS });
    const { queue, cases } = await parity.inbox.loadQueue(search.queue ?? null);
    const caseId = search.case ?? cases.find(({ isOpen }) => isOpen)?.id ?? null;
    const isPayer = queue === "not_linked";
    const [page, [payer], counts, firstRun] = await Promise.all([
      caseId === null || isPayer ? null : parity.userPage(caseId),
      caseId === null || !isPayer ? [] : parity.findPayers(caseId, 1),
      counting,
      parity.firstRun.find(),
    ]);
    const found =
      firstRun && (await deferIfSlow(parity.firstRun.counts(firstRun), { log, withinMs: COUNTS_WITHIN_MS }));
    return {
      queue,
      cases,
      caseId,
      isChosen: search.case !== undefined,
      page: page && shortenUserPage(page),
      payer: payer ?? null,
      counts: counts.value,
      firstRun,
      found: found?.value ?? null,
    };
  },
);

/** Keeps the place of a line that comes later, or the page would move under the pointer. */
const NOT_YET = "\u00a0";

export default function Inbox() {
  const {
    queue,
    cases,
    caseId,
    isChosen,
    page,
    payer,
    counts: following,
    firstRun,
    found,
  } = useLoaderData<typeof loader>();
  const foundCounts = useDeferred(found);
  const counts = useDeferred(following, "inbox");
  const work = useWork({ queue, cases, caseId });
  const { label, meaning } = QUEUES[queue];
  return (
    <>
      <div className={isChosen ? "max-lg:hidden" : undefined}>
        <PageHeader
          title="Inbox"
          description={
            counts === undefined
              ? NOT_YET
              : counts?.knowledge.lastFullRun != null && (
                  <>
                    Stripe was last read completely <Time at={counts.knowledge.lastFullRun} />
                  </>
                )
          }
        />
        {firstRun && <FirstRun firstRun={firstRun} counts={foundCounts} />}
        <QueueTabs queue={queue} counts={counts} />
        <PendingRevocations />
      </div>
      {work.lines.length === 0 ? (
        <EmptyInbox queue={queue} counts={counts} />
      ) : (
        <div className="gap-x-8 lg:mt-5 lg:grid lg:grid-cols-[minmax(16rem,21rem)_minmax(0,1fr)] lg:items-start">
          <section
            aria-label={label}
            className={classNames("lg:sticky lg:top-16", isChosen ? "max-lg:hidden" : "max-lg:mt-5")}
          >
            <p className="border-b border-line pb-2 text-table text-quiet">{meaning}</p>
            <CaseList
              queue={queue}
              lines={work.lines}
              caseId={caseId}
              count={counts?.queues[queue] ?? null}
            />
          </section>
          <div className={classNames("min-w-0", !isChosen && "max-lg:hidden")}>
            <OpenCase
              queue={queue}
              caseId={caseId}
              isChosen={isChosen}
              page={page}
              payer={payer}
              nextId={work.nextId}
              previousId={work.previousId}
            />
          </div>
        </div>
      )}
    </>
  );
}
