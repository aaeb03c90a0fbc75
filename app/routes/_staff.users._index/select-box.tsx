import { useEffect, useRef } from "react";

const boxClasses = "size-4 cursor-pointer accent-accent-fill";

type BoxProps = { isChecked: boolean; isDisabled: boolean; onToggle: (event: unknown) => void };

/** Selects a row; with Shift all rows between this one and the last. The label makes the target large enough. */
export function SelectBox({ name, ...props }: BoxProps & { name: string }) {
  return <Box {...props} label={`Select ${name}`} />;
}

/** Selects all rows of the page. */
export function SelectAllBox(props: BoxProps & { isPartly: boolean }) {
  return <Box {...props} label="Select all users on this page" className="max-lg:hidden" />;
}

function Box({
  label,
  isChecked,
  isPartly = false,
  isDisabled,
  onToggle,
  className = "",
}: BoxProps & { label: string; isPartly?: boolean; className?: string }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = isPartly && !isChecked;
  }, [isPartly, isChecked]);
  return (
    <label data-needs-script="" className={`inline-flex size-6 items-center justify-center ${className}`}>
      <span className="sr-only">{label}</span>
      <input
        ref={input}
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={onToggle}
        className={boxClasses}
      />
    </label>
  );
}
