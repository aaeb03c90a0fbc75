import type { SelectHTMLAttributes } from "react";
import { classNames } from "./class-names";

type SelectFieldProps = SelectHTMLAttributes<HTMLSelectElement> & {
  id: string;
  label: string;
  hint?: string;
  /** The words of each choice, by what is sent. */
  choices: readonly (readonly [value: string, words: string])[];
  /** The label is read out but not shown, for a filter whose choices say what it is. */
  isLabelHidden?: boolean;
};

/** A choice of a few, with its label. */
export function SelectField({
  id,
  label,
  hint,
  choices,
  isLabelHidden = false,
  className,
  ...select
}: SelectFieldProps) {
  return (
    <div>
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : "text-text font-medium"}>
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="mt-0.5 text-table text-quiet">
          {hint}
        </p>
      )}
      <select
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={classNames(
          "h-10 w-full rounded border border-edge bg-raised px-2 text-lead text-ink sm:h-9 sm:text-text",
          "disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-quiet",
          !isLabelHidden && "mt-1.5",
          className,
        )}
        {...select}
      >
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
