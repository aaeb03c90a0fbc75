export type SecurityHeaderOptions = {
  /** Of this response alone; scripts without it do not run. */
  nonce: string;
  appUrl: string;
  /** Lets the page talk to the development server. */
  development: boolean;
};

/** What every response says to browsers: nothing runs, frames, sniffs or leaks that the page does not need. */
export function createSecurityHeaders({
  nonce,
  appUrl,
  development,
}: SecurityHeaderOptions): Record<string, string> {
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    // Addresses of pages hold ids and searches; other sites learn none of them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ...(appUrl.startsWith("https:") && { "Strict-Transport-Security": "max-age=31536000" }),
  };
}
