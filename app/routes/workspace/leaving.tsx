import { useEffect } from "react";
import { buttonClasses } from "~/ui/button";

/**
 * On the way to Stripe's page. Not a redirect: browsers hold the answer to a form to `form-action` of our policy, which
 * names no other site.
 */
export function Leaving({ to }: { to: string }) {
  useEffect(() => {
    window.location.assign(to);
    // Back from there, the browser may show this page as it was left.
    const returned = ({ persisted }: PageTransitionEvent) => persisted && window.location.reload();
    window.addEventListener("pageshow", returned);
    return () => window.removeEventListener("pageshow", returned);
  }, [to]);
  return (
    <div className="mt-8 space-y-4" role="status">
      <noscript>
        <meta httpEquiv="refresh" content={`0;url=${to}`} />
      </noscript>
      <p className="text-quiet">Taking you to the payment page…</p>
      <a href={to} className={buttonClasses("primary")}>
        Go there now
      </a>
    </div>
  );
}
