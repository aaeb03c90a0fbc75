import { FLAG_CATALOGUE, type Flag } from "~/billing/verdicts/flags";

export function FlagChip({ flag }: { flag: Flag }) {
  return (
    <span
      title={FLAG_CATALOGUE[flag].sentence}
      className="inline-flex items-center rounded-full border border-edge px-1.5 text-small text-quiet"
    >
      {FLAG_CATALOGUE[flag].label}
    </span>
  );
}
