import { Link, useNavigate } from "@remix-run/react";
import { ChevronLeft } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { inboxPath, QUEUES, type QueueId } from "~/dashboard/inbox/queues";
import type { DescribedPayer } from "~/dashboard/payers/payers.server";
import type { ShownUserPage } from "~/dashboard/user-page/shorten";
import { UserCase } from "~/routes/_staff/case/user-case";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { useShortcut } from "~/ui/keyboard/shortcuts";
import { PayerCase } from "./payer-case";

type OpenCaseProps = {
  queue: QueueId;
  caseId: string | null;
  /** The address names the case; otherwise it is the first one that waits. */
  isChosen: boolean;
  page: ShownUserPage | null;
  payer: DescribedPayer | null;
  nextId: string | null;
  /** The line before this one, also when it is done. */
  previousId: string | null;
};

/** The case that is worked on, with what can be decided about it, and the way to the next one. */
export function OpenCase({ queue, caseId, isChosen, page, payer, nextId, previousId }: OpenCaseProps) {
  const top = useFocusOnNext(caseId);
  useStayOnCase(top, isChosen || caseId === null ? null : inboxPath(queue, caseId));
  // A payer that was just decided about is in no list any more; what was decided stays in its place.
  const lastPayer = useRef(payer);
  if (payer !== null) lastPayer.current = payer;
  const shownPayer = lastPayer.current?.customerId === caseId ? lastPayer.current : null;
  const navigate = useNavigate();
  const go = (id: string | null) =>
    id !== null && navigate(inboxPath(queue, id), { preventScrollReset: true });
  useShortcut({ key: "j", label: "Next case", run: () => go(nextId) });
  useShortcut({ key: "k", label: "Previous case", run: () => go(previousId) });
  const next = nextId !== null && nextId !== caseId && (
    <ButtonLink to={inboxPath(queue, nextId)} state={{ focusCase: true }} preventScrollReset>
      Next case
    </ButtonLink>
  );
  return (
    <article ref={top} tabIndex={-1} aria-label="Case" className="outline-none max-lg:mt-0">
      <div className="mb-3 flex items-center justify-between gap-3 lg:justify-end">
        <Link
          to={inboxPath(queue)}
          className="-ml-1 inline-flex min-h-8 items-center gap-0.5 rounded text-table text-quiet hover:text-ink lg:hidden"
        >
          <ChevronLeft className="size-4" aria-hidden="true" />
          {QUEUES[queue].label}
        </Link>
        {next}
      </div>
      {page ? (
        <UserCase key={page.user.userId} page={page} />
      ) : shownPayer ? (
        <PayerCase key={shownPayer.customerId} payer={shownPayer} isOpen={payer !== null} />
      ) : (
        <EmptyState title="This case is no longer here">
          It was decided or has changed. Choose another one from the list.
        </EmptyState>
      )}
    </article>
  );
}

/**
 * Names the case in the address as soon as the person does anything. Otherwise another case would stand here after a decision: the
 * first one that still waits.
 */
function useStayOnCase(top: RefObject<HTMLElement>, path: string | null) {
  const navigate = useNavigate();
  useEffect(() => {
    if (path === null) return;
    const stay = (event: Event) => {
      // These go to another case, which has an address of its own.
      if (event instanceof KeyboardEvent && (event.key === "j" || event.key === "k")) return;
      // On a phone the case is not shown before it is chosen.
      if (top.current?.checkVisibility()) navigate(path, { replace: true, preventScrollReset: true });
      forget();
    };
    const forget = () => {
      window.removeEventListener("pointerdown", stay);
      window.removeEventListener("keydown", stay);
    };
    window.addEventListener("pointerdown", stay);
    window.addEventListener("keydown", stay);
    return forget;
  }, [top, path, navigate]);
}

/** After “Next case” the focus is on the case, and not on a button that has gone. */
function useFocusOnNext(caseId: string | null) {
  const top = useRef<HTMLElement>(null);
  const last = useRef(caseId);
  useEffect(() => {
    if (last.current === caseId) return;
    last.current = caseId;
    if (document.activeElement === document.body || top.current?.contains(document.activeElement))
      top.current?.focus({ preventScroll: true });
  }, [caseId]);
  return top;
}
