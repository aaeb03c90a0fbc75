/** `finding`: something to mend, which the text says how. `info`: worth knowing. */
export type Finding = { level: "ok" | "info" | "finding"; text: string };

/** One thing that `parity doctor` looks at. */
export type DoctorCheck<Context> = {
  id: string;
  title: string;
  /** One finding or more; it may throw. */
  look(context: Context): Promise<Finding[]>;
};

export const ok = (text: string): Finding => ({ level: "ok", text });
export const info = (text: string): Finding => ({ level: "info", text });
export const finding = (text: string): Finding => ({ level: "finding", text });
