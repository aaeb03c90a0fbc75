import { stringify } from "yaml";
import type { Proposal } from "./proposal";

/** The text of the file: reviewable, each proposed part with what speaks for it, and `# ?` where a person must decide. */
export function writeMapping({ document, comments, questions, remarks, unmapped }: Proposal): string {
  const asked = new Map<string, string[]>();
  for (const { path, text } of questions)
    asked.set(path.join("."), [...(asked.get(path.join(".")) ?? []), text]);
  const lines = [
    "# Where this application keeps what Parity compares with Stripe. Proposed by `parity adopt`; read it, then run",
    "# `parity adopt --check`. A line with `# ?` must be decided: correct it where it is wrong, and remove the mark.",
    ...remarks.map((text) => `# ${text}`),
    ...(unmapped.length > 0 ? [`# Not mapped, so neither compared nor written: ${unmapped.join(", ")}`] : []),
  ];
  const written = new Set<string>();
  const write = (name: string, value: unknown, path: string, depth: number) => {
    const pad = "  ".repeat(depth);
    for (const question of asked.get(path) ?? []) lines.push(`${pad}# ? ${question}`);
    written.add(path);
    const comment = comments.get(path);
    const end = comment ? `  # ${comment}` : "";
    if (isObject(value) && Object.keys(value).length > 0 && shouldOpen(path, depth)) {
      lines.push(`${pad}${writeScalar(name)}:${end}`);
      for (const [key, inner] of Object.entries(value)) write(key, inner, `${path}.${key}`, depth + 1);
    } else if (Array.isArray(value) && value.every(isObject)) {
      lines.push(`${pad}${writeScalar(name)}:`);
      for (const [index, one] of value.entries()) {
        const note = comments.get(`${path}.${index}`);
        lines.push(`${pad}  - ${writeFlow(one)}${note ? `  # ${note}` : ""}`);
      }
    } else lines.push(`${pad}${writeScalar(name)}: ${writeFlow(value)}${end}`);
  };
  for (const [name, value] of Object.entries(document)) write(name, value, name, 0);
  for (const [path, texts] of asked)
    if (!written.has(path)) lines.push(...texts.map((text) => `# ? ${path}: ${text}`));
  return `${lines.join("\n")}\n`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The sections and what stands directly in them have lines of their own. */
const shouldOpen = (path: string, depth: number): boolean => depth === 0 || path === "status.words";

const writeFlow = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true }).trim();

const writeScalar = (name: string): string => stringify(name, { lineWidth: 0 }).trim();
