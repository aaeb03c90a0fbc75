/** Parsed but unchecked parameters: every value is text, arrays are maps from "0", "1", … */
export interface RawParams {
  [key: string]: string | RawParams;
}

/**
 * Reads a query string or a form body in Stripe's notation: `created[gte]=1`, `expand[]=a`, `items[0][price]=b`.
 * The last value of a repeated key wins.
 */
export function parseForm(text: string): RawParams {
  const root = createParams();
  if (text === "") return root;
  for (const [name, value] of new URLSearchParams(text)) assign(root, splitName(name), value);
  return root;
}

function assign(root: RawParams, path: readonly string[], value: string): void {
  let node = root;
  path.forEach((part, i) => {
    const key = part === "" ? String(Object.keys(node).length) : part;
    if (i === path.length - 1) {
      node[key] = value;
      return;
    }
    const inner = node[key];
    const next = typeof inner === "object" ? inner : createParams();
    node[key] = next;
    node = next;
  });
}

function splitName(name: string): string[] {
  const bracket = name.indexOf("[");
  if (bracket <= 0) return [name];
  const inner = [...name.slice(bracket).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
  return [name.slice(0, bracket), ...inner];
}

/** Has no prototype, so that `__proto__` is an ordinary parameter name. */
function createParams(): RawParams {
  return Object.create(null);
}
