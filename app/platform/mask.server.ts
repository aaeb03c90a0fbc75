import { readSourceStack } from "./surroundings/source-stack.server";

/**
 * What must never be in a log. A replaced value cannot be recovered, not even its length. Each pattern begins only where a run
 * of its characters begins, so that a long text takes linear time: addresses of requests are logged, and outsiders choose them.
 */
const patterns: [RegExp, string][] = [
  [/\b(sk|rk|pk)_(test|live)_[A-Za-z0-9_]+/g, "$1_$2_[redacted]"],
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, "whsec_[redacted]"],
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, "[token]"],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, "$1 [redacted]"],
  [/((?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/)[^\s/@]+@/gi, "$1[redacted]@"],
  // Also without a domain that could exist: `ann@example%ff` in an address is still a name of a person.
  [
    /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+(?:@|%(?:25)*40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu,
    "[email]",
  ],
];

const secretName =
  /^(authorization|cookie|set-cookie|e-?mail|password|.*secret|.*token|.*api[-_]?key|secretkey|checkoutkey)$/i;

/** The text with keys, tokens, credentials in addresses and email addresses masked. */
export function maskText(text: string): string {
  let masked = text;
  for (const [pattern, replacement] of patterns) masked = masked.replace(pattern, replacement);
  return masked;
}

/**
 * A copy of the value that may be logged: texts masked, members with the name of a secret replaced, errors as
 * `{type, message, stack, code?, cause?}`. Deeper than six levels, or in a circle, it is cut off. Never throws, because what
 * logs an error has to answer it: a part that cannot be read is called so.
 */
export function maskValue(value: unknown, depth = 0): unknown {
  try {
    return maskPart(value, depth);
  } catch {
    return "[unreadable]";
  }
}

function maskPart(value: unknown, depth: number): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value;
  if (depth >= 6) return "[deep]";
  if (value instanceof Error) return maskError(value, depth);
  if (value instanceof URL) return maskText(value.href);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value))
    copy[name] = secretName.test(name) && member != null ? "[redacted]" : maskValue(member, depth + 1);
  return copy;
}

function maskError(error: Error, depth: number): unknown {
  const code = "code" in error ? error.code : undefined;
  return {
    type: maskText(String(error.name)),
    message: maskText(String(error.message)),
    stack: error.stack ? maskText(String(readSourceStack(error))) : undefined,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(error.cause === undefined ? {} : { cause: maskValue(error.cause, depth + 1) }),
  };
}
