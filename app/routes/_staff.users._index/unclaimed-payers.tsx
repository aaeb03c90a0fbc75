import { pluralize } from "~/billing/words/counts";

/** What the search also found: paying customers in Stripe that no user is linked to. */
export function UnclaimedPayers({ customerIds }: { customerIds: readonly string[] }) {
  if (customerIds.length === 0) return null;
  return (
    <p className="w-full text-small text-quiet">
      {pluralize(customerIds.length, "paying customer")} without a user:{" "}
      {customerIds.map((id) => (
        // A plain text, outside the pages of the dashboard.
        <a key={id} href={`/find?q=${id}`} className="mr-2 rounded text-accent hover:underline">
          {id}
        </a>
      ))}
    </p>
  );
}
