import { Bot } from "lucide-react";
import { formatSeats, SEAT_LABEL } from "~/billing/seat-label";
import { classNames } from "~/ui/class-names";

/** More are not drawn one by one: the caption says how many there are. */
const MAX_DRAWN = 20;
/** The delay from one seat to the next, in milliseconds, so that a customer sees which seats a plan unlocked. */
const STEP = 60;

/** The workspace's seats: those that it has are filled, those that the largest plan would add are outlined. */
export function Seats({ count, largest }: { count: number; largest: number }) {
  const drawn = Math.min(MAX_DRAWN, Math.max(count, largest));
  const seats = Array.from({ length: drawn }, (_, index) => index + 1);
  const caption = count === 0 ? `No active ${SEAT_LABEL.many}` : formatSeats(count);
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
