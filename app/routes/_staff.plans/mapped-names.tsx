import { Button } from "~/ui/button";
import { CopyId } from "~/ui/copy-id";
import type { Deciding } from "./decision-dialog";

export type MappedName = {
  planId: string | null;
  nameKind: Deciding["nameKind"];
  name: string;
  /** The price was seen under a lookup key that is mapped. */
  isSeen: boolean;
};

const KIND_WORDS: Record<Deciding["nameKind"], string> = {
  priceId: "Price",
  lookupKey: "Lookup key",
  productId: "Product: all its prices",
};

type MappedNamesProps = {
  names: MappedName[];
  none: string;
  /** Null where the reader may not decide. */
  onDecide: ((deciding: Deciding) => void) | null;
};

/** What is mapped to a plan, or ignored: by price, lookup key or product. */
export function MappedNames({ names, none, onDecide }: MappedNamesProps) {
  if (names.length === 0) return <p className="py-3 text-table text-quiet">{none}</p>;
  return (
    <ul className="text-table">
      {names.map(({ nameKind, name, isSeen }) => (
        <li key={name} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
          <span className="w-full text-quiet sm:w-44">
            {KIND_WORDS[nameKind]}
            {isSeen && " (seen under a mapped key)"}
          </span>
          <span className="min-w-0 flex-1">
            {nameKind === "lookupKey" ? (
              <span className="font-mono text-small wrap-anywhere">{name}</span>
            ) : (
              <CopyId id={name} label="ID" />
            )}
          </span>
          {onDecide && (
            <Button
              size="small"
              variant="quiet"
              onClick={() => onDecide({ kind: "unmap_price", nameKind, name })}
            >
              Unmap…<span className="sr-only"> {name}</span>
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
