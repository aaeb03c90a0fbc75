/** Text that is safe in HTML; made by `html` only. */
export type Html = { readonly html: string };

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that turn the direction of what follows, or that no page can show. */
const HIDDEN = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

const escapeText = (text: string): string =>
  text.replaceAll(HIDDEN, "\uFFFD").replaceAll(/[&<>"']/g, (found) => ESCAPES[found] ?? found);

type Part = Html | string | number | null | readonly Html[];

function render(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map((one) => one.html).join("");
}

/** HTML with every value escaped unless it is HTML already. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html => ({
  html: texts.map((text, at) => `${text}${render(parts[at] ?? null)}`).join(""),
});

/** Text that is HTML, or a style, by itself: of our own only. */
export const trusted = (text: string): Html => ({ html: text });
