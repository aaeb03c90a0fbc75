import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { Shape } from "./status/shape";
import { type Tone, toneSoft } from "./status/tone";

/** An important message below the top bar or above a form. */
export function Banner({
  tone,
  children,
  role,
}: {
  tone: Tone;
  children: ReactNode;
  role?: "alert" | "status";
}) {
  return (
    <div
      role={role}
      className={classNames("flex items-start gap-2.5 rounded px-3 py-2 text-text", toneSoft[tone])}
    >
      <span className="mt-[5px]">
        <Shape tone={tone} />
      </span>
      <div className="min-w-0 text-ink">{children}</div>
    </div>
  );
}
