import type { FrameView } from "~/dashboard/frame.server";
import { classNames } from "~/ui/class-names";
import { shortenId } from "~/ui/copy-id";

const modes = {
  test: { word: "TEST", title: "Stripe test mode: no real money", badgeClasses: "bg-high-soft text-high" },
  live: {
    word: "LIVE",
    title: "Stripe live mode: real customers and real money",
    badgeClasses: "bg-correct-soft text-correct",
  },
  sandbox: {
    word: "SANDBOX",
    title: "Parity’s Stripe sandbox: no real money",
    badgeClasses: "bg-review-soft text-review",
  },
} as const;

/** Shows the Stripe account and whether its money is real. */
export function ModeBadge({ frame }: { frame: FrameView }) {
  const { word, title, badgeClasses } = modes[frame.mode];
  return (
    <span className="flex items-center gap-2 text-small text-faint">
      {frame.account && (
        <span className="hidden font-mono xl:inline" title={frame.account}>
          {shortenId(frame.account)}
        </span>
      )}
      <span
        title={title}
        className={classNames("rounded px-1.5 py-0.5 text-small font-semibold tracking-wide", badgeClasses)}
      >
        {word}
      </span>
    </span>
  );
}
