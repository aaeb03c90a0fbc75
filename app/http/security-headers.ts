export type SecurityHeaderOptions = {
  /** For this response only; scripts without it do not run. */
  nonce: string;
  appUrl: string;
  /** Allows the page to connect to the development server. */
  development: boolean;
};

/** The security headers of every response. */
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
    // Page addresses contain ids and searches. Other sites must not see them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ...(appUrl.startsWith("https:") && { "Strict-Transport-Security": "max-age=31536000" }),
  };
}
