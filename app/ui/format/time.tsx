import { useNow } from "./now";
import { formatAgo, formatDay, formatLength, formatMoment } from "./relative-time";

type TimeProps = {
  /** Epoch seconds. */
  at: number;
  /** `ago`: 3 min ago · `length`: 21 days · `day`: 2 Nov · `moment`: 2 Nov 2026, 14:02 UTC */
  as?: "ago" | "length" | "day" | "moment";
  /** The link around it takes the focus. */
  isInLink?: boolean;
};

/** A time in short form. The full date and time is in the title, and is shown on hover, focus and touch (`showMoments`). */
export function Time({ at, as = "ago", isInLink = false }: TimeProps) {
  const { seconds: now, zone } = useNow();
  const moment = formatMoment(at, zone);
  const words = {
    ago: () => formatAgo(at, now),
    length: () => formatLength(Math.max(0, now - at)),
    day: () => formatDay(at, now),
    moment: () => moment,
  };
  return (
    <time
      dateTime={new Date(at * 1000).toISOString()}
      {...(as !== "moment" && { title: moment, ...(!isInLink && { tabIndex: 0 }) })}
      className="rounded tabular-nums whitespace-nowrap"
    >
      {words[as]()}
    </time>
  );
}
