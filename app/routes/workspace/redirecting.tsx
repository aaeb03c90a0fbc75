import { useEffect } from "react";
import { buttonClasses } from "~/ui/button";

/**
 * Sends the browser to Stripe's page. An HTTP redirect does not work: browsers apply `form-action` of our security policy
 * to the answer of a form, and it allows no other site.
 */
export function Redirecting({ to }: { to: string }) {
  useEffect(() => {
    window.location.assign(to);
    // When the customer goes back, the browser may restore this page from its cache.
    const reloadIfRestored = ({ persisted }: PageTransitionEvent) => persisted && window.location.reload();
    window.addEventListener("pageshow", reloadIfRestored);
    return () => window.removeEventListener("pageshow", reloadIfRestored);
  }, [to]);
  return (
    <div className="mt-8 space-y-4" role="status">
      <noscript>
        <meta httpEquiv="refresh" content={`0;url=${to}`} />
      </noscript>
      <p className="text-quiet">Opening Stripe…</p>
      <a href={to} className={buttonClasses("primary")}>
        Continue to Stripe
      </a>
    </div>
  );
}
