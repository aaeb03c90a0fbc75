/** “Sync status” has no value “nonsense”. */
export const describeUnknown = ({
  unknown,
}: {
  unknown: readonly { label: string; value: string }[];
}): string => unknown.map(({ label, value }) => `“${label}” has no value “${value}”.`).join(" ");
