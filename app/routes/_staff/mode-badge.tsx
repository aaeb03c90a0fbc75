import type { FrameView } from "~/dashboard/views";
import { classNames } from "~/ui/class-names";
import { shortId } from "~/ui/copy-id";

const modes = {
  test: { word: "TEST", title: "Stripe's test mode: no real money", look: "bg-high-soft text-high" },
  live: {
    word: "LIVE",
    title: "Stripe's live mode: real customers, real money",
    look: "bg-correct-soft text-correct",
  },
  sandbox: { word: "SANDBOX", title: "Parity's own stand-in for Stripe", look: "bg-review-soft text-review" },
} as const;

/** Which Stripe account this is about, and whether its money is real. */
export function ModeBadge({ frame }: { frame: FrameView }) {
  const { word, title, look } = modes[frame.mode];
  return (
    <span className="flex items-center gap-2 text-small text-faint">
      {frame.account && (
        <span className="hidden font-mono lg:inline" title={frame.account}>
          {shortId(frame.account)}
        </span>
      )}
      <span
        title={title}
        className={classNames("rounded px-1.5 py-0.5 text-small font-semibold tracking-wide", look)}
      >
        {word}
      </span>
    </span>
  );
}
