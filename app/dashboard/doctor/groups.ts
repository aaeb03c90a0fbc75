/** The groups of the doctor's checks. */
export const DOCTOR_GROUPS = {
  server: "This server",
  database: "Database",
  mapping: "Mapping",
  stripe: "Stripe",
  webhooks: "Webhooks",
  plans: "Plans and prices",
  running: "Runs and workers",
} as const;

export type DoctorGroup = keyof typeof DOCTOR_GROUPS;

/** `problem`: it does not work. `warning`: it works worse than it should. `unknown`: it could not be found out. */
export const LEVELS = ["ok", "warning", "problem", "unknown"] as const;
export type Level = (typeof LEVELS)[number];

export type Finding = {
  level: Level;
  /** One sentence: what is so. */
  text: string;
  /** One sentence: what to do; null when nothing is to be done. */
  remedy: string | null;
};

/** In the order in which they are shown. */
export const GROUPS: readonly DoctorGroup[] = [
  "server",
  "database",
  "mapping",
  "stripe",
  "webhooks",
  "plans",
  "running",
];
