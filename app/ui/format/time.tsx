import { useNow } from "./now";
import { formatAgo, formatDay, formatLength, formatMoment } from "./relative-time";

type TimeProps = {
  /** Epoch seconds. */
  at: number;
  /** `ago`: 3 min ago · `length`: 21 days · `day`: 2 Nov · `moment`: 2 Nov 2026, 14:02 UTC */
  as?: "ago" | "length" | "day" | "moment";
  /** The link around it takes the focus. */
  isInLink?: boolean;
  /** In a row of a list: the row’s link takes the focus, and the date stands there under this name. */
  rowLabel?: string | undefined;
};

/**
 * A time in short form. The full date and time is in the title, and is shown on hover, focus and touch (`showMoments`). Only where no
 * link has the focus for it, it is a tab stop of its own.
 */
export function Time({ at, as = "ago", isInLink = false, rowLabel }: TimeProps) {
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
      {...(as !== "moment" && {
        ...{ title: moment, "data-label": rowLabel },
        ...(!isInLink && rowLabel === undefined && { tabIndex: 0 }),
      })}
      className="rounded tabular-nums whitespace-nowrap"
    >
      {words[as]()}
    </time>
  );
}
