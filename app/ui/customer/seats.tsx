import { Bot } from "lucide-react";
import { formatSeats, SEAT_LABEL } from "~/billing/seat-label";
import { classNames } from "~/ui/class-names";

const DEFAULT_SEATS = 5;
/** The delay from one seat to the next, in milliseconds, so that a customer sees which seats a plan unlocked. */
const STEP = 60;

/** The workspace's seats. The ones that the plan includes are filled. */
export function Seats({ count }: { count: number }) {
  const seats = Array.from({ length: Math.max(DEFAULT_SEATS, count) }, (_, index) => index + 1);
  const caption = count === 0 ? `No active ${SEAT_LABEL.many}` : `${count} of ${formatSeats(seats.length)}`;
  return (
    <figure className="mt-8">
      <div aria-hidden="true" className="grid grid-cols-5 gap-2 sm:gap-3">
        {seats.map((seat) => {
          const isFilled = seat <= count;
          return (
            <span
              key={seat}
              data-seat={isFilled ? "present" : "missing"}
              style={{ transitionDelay: isFilled ? `${(seat - 1) * STEP}ms` : "0ms" }}
              className={classNames(
                "flex aspect-square items-center justify-center rounded border motion-safe:transition-colors motion-reduce:delay-0!",
                isFilled
                  ? "border-transparent bg-accent-soft text-accent"
                  : "border-dashed border-edge text-faint",
              )}
            >
              <Bot
                strokeWidth={1.5}
                className={classNames(
                  "size-7 motion-safe:transition motion-reduce:delay-0! sm:size-9",
                  isFilled ? "scale-100 opacity-100" : "scale-75 opacity-30",
                )}
                style={{ transitionDelay: isFilled ? `${(seat - 1) * STEP}ms` : "0ms" }}
              />
            </span>
          );
        })}
      </div>
      <figcaption className="mt-2 text-table text-quiet">{caption}</figcaption>
    </figure>
  );
}
