import { Button } from "~/ui/button";
import { CopyId } from "~/ui/copy-id";
import type { NameKind } from "./deciding";

export type MappedName = {
  planId: string | null;
  nameKind: NameKind;
  name: string;
  /** The price was seen under a lookup key that is mapped. */
  isSeen: boolean;
};

const KIND_WORDS: Record<NameKind, string> = {
  priceId: "Price",
  lookupKey: "Lookup key",
  productId: "Product: all its prices",
};

type MappedNamesProps = {
  names: MappedName[];
  none: string;
  /** Null where the reader may not decide. */
  onUnmap: ((name: MappedName) => void) | null;
};

/** What is mapped to a plan, or ignored: by price, lookup key or product. */
export function MappedNames({ names, none, onUnmap }: MappedNamesProps) {
  if (names.length === 0) return <p className="py-3 text-table text-quiet">{none}</p>;
  return (
    <ul className="text-table">
      {names.map((mapped) => (
        <li
          key={mapped.name}
          className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2"
        >
          <span className="w-full text-quiet sm:w-44">
            {KIND_WORDS[mapped.nameKind]}
            {mapped.isSeen && " (seen under a mapped key)"}
          </span>
          <span className="min-w-0 flex-1">
            {mapped.nameKind === "lookupKey" ? (
              <span className="font-mono text-small wrap-anywhere">{mapped.name}</span>
            ) : (
              <CopyId id={mapped.name} label="ID" />
            )}
          </span>
          {onUnmap && (
            <Button size="small" variant="quiet" onClick={() => onUnmap(mapped)}>
              Unmap…<span className="sr-only"> {mapped.name}</span>
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
