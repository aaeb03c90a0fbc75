import { pluralize } from "~/billing/words/counts";
import type { UnmappedPrice } from "~/dashboard/plans-view.server";
import { Button } from "~/ui/button";
import { CopyId } from "~/ui/copy-id";
import { Money } from "~/ui/format/money";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import type { NameKind } from "./deciding";

type UnmappedPricesProps = {
  prices: UnmappedPrice[];
  /** Null where the reader may not decide. */
  onDecide: ((kind: "map_price" | "ignore_price", name: { nameKind: NameKind; name: string }) => void) | null;
};

/** Prices that customers pay and no plan has, with the money behind them. */
export function UnmappedPrices({ prices, onDecide }: UnmappedPricesProps) {
  return (
    <Section title="Not mapped" aside={prices.length > 0 && pluralize(prices.length, "price")}>
      {prices.length === 0 ? (
        <p className="py-3 text-table text-quiet">
          Every price of an open subscription is mapped or ignored.
        </p>
      ) : (
        <ul className="text-table">
          {prices.map(({ priceId, productId, lookupKey, price, subscriptions, perMonth }) => (
            <li
              key={priceId}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2"
            >
              <span className="text-review">
                <Shape tone="review" />
              </span>
              <span className="min-w-0 flex-1 basis-64">
                <span className="block font-medium">{price}</span>
                <span className="flex flex-wrap gap-x-3">
                  <CopyId id={priceId} label="price ID" />
                  {lookupKey && (
                    <span className="font-mono text-small text-quiet wrap-anywhere">{lookupKey}</span>
                  )}
                  {productId && <CopyId id={productId} label="product ID" />}
                </span>
              </span>
              <span className="text-quiet">
                {pluralize(subscriptions, "subscription")}
                {perMonth.map(({ perMonth: amount, currency }) => (
                  <span key={currency}>
                    {" · "}
                    <Money amount={amount} currency={currency} /> a month
                  </span>
                ))}
              </span>
              {onDecide && (
                <span className="flex gap-2">
                  <Button
                    size="small"
                    onClick={() => onDecide("map_price", { nameKind: "priceId", name: priceId })}
                  >
                    Map…<span className="sr-only"> {priceId}</span>
                  </Button>
                  <Button
                    size="small"
                    variant="quiet"
                    onClick={() => onDecide("ignore_price", { nameKind: "priceId", name: priceId })}
                  >
                    Ignore…<span className="sr-only"> {priceId}</span>
                  </Button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
