import type { Tone } from "~/ui/status/tone";

/** What happened, to whom, and what next: shown in the corner for a while. */
export type Notice = { id: number; tone: Tone; message: string; details?: string };
