import { Bot } from "lucide-react";
import { plural } from "~/ui/status/words";
import { classNames } from "../class-names";

const PLACES = 5;
/** One after the other, so that the eye sees what a plan has unlocked. Milliseconds. */
const STEP = 60;

/** The places for soldiers: as many are filled as the workspace may use. */
export function Seats({ count }: { count: number }) {
  const places = Array.from({ length: Math.max(PLACES, count) }, (_, index) => index + 1);
  const words = count === 0 ? "No soldiers at work" : `${count} of ${plural(places.length, "soldier")}`;
  return (
    <figure className="mt-8">
      <div aria-hidden="true" className="grid grid-cols-5 gap-2 sm:gap-3">
        {places.map((place) => {
          const filled = place <= count;
          return (
            <span
              key={place}
              data-seat={filled ? "present" : "missing"}
              style={{ transitionDelay: filled ? `${(place - 1) * STEP}ms` : "0ms" }}
              className={classNames(
                "flex aspect-square items-center justify-center rounded border motion-safe:transition-colors",
                filled
                  ? "border-transparent bg-accent-soft text-accent"
                  : "border-dashed border-edge text-faint",
              )}
            >
              <Bot
                strokeWidth={1.5}
                className={classNames(
                  "size-7 motion-safe:transition sm:size-9",
                  filled ? "scale-100 opacity-100" : "scale-75 opacity-30",
                )}
                style={{ transitionDelay: filled ? `${(place - 1) * STEP}ms` : "0ms" }}
              />
            </span>
          );
        })}
      </div>
      <figcaption className="mt-2 text-table text-quiet">{words}</figcaption>
    </figure>
  );
}
