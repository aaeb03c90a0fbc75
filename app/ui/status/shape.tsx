import type { ReactElement } from "react";
import type { Tone } from "./tone";

const shapes: Record<Tone, ReactElement> = {
  critical: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  high: <path d="M6 1.2 11.2 10.6H.8Z" fill="currentColor" />,
  medium: (
    <path
      d="M6 2.4 10.2 9.9H1.8Z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinejoin="round"
    />
  ),
  low: <circle cx="6" cy="6" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  right: (
    <path
      d="m1.8 6.4 2.8 2.8 5.6-6.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  review: <path d="M6 .8 11.2 6 6 11.2.8 6Z" fill="currentColor" />,
};

/** The shape of a tone, for readers who cannot see its colour. */
export function Shape({ tone }: { tone: Tone }) {
  return (
    <svg viewBox="0 0 12 12" className="size-2.5 shrink-0" aria-hidden="true" focusable="false">
      {shapes[tone]}
    </svg>
  );
}
