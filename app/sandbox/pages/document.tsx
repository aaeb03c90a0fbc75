import { createHash } from "node:crypto";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { STYLE } from "./style";

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** No `form-action`: after paying, forms redirect to the application. */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; img-src data:; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`;

/** A complete HTML document without scripts and external resources. */
export function renderDocument(title: string, content: ReactElement): string {
  const named = renderToStaticMarkup(<title>{`${title} · Stripe sandbox`}</title>);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
${named}
<style>${STYLE}</style>
</head>
<body>${renderToStaticMarkup(content)}</body>
</html>
`;
}
