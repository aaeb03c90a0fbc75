/** Who or what can cause a run or a change. */
export const ACTOR_KINDS = ["staff", "cron", "webhook", "workspace", "checkout", "command_line"] as const;

/** Who or what caused something. `id` is a staff id or the name of a program; never an e-mail address. */
export type Actor = { kind: (typeof ACTOR_KINDS)[number]; id: string | null };
