import { useNow } from "./now";
import { formatAgo, formatDay, formatLength, formatMoment } from "./relative-time";

type TimeProps = {
  /** Epoch seconds. */
  at: number;
  /** `ago`: 3 min ago · `length`: 21 days · `day`: 2 Nov · `moment`: 2 Nov 2026, 14:02 UTC */
  as?: "ago" | "length" | "day" | "moment";
};

/** A time in short form, with the full date and time in its title. */
export function Time({ at, as = "ago" }: TimeProps) {
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
      title={moment}
      className="tabular-nums whitespace-nowrap"
    >
      {words[as]()}
    </time>
  );
}
