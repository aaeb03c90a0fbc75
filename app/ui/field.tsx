import type { InputHTMLAttributes, ReactNode } from "react";
import { classNames } from "./class-names";

const boxClasses =
  "w-full rounded border border-edge bg-raised px-2.5 text-lead sm:text-text text-ink aria-[invalid=true]:border-critical disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-quiet";

export const inputClasses = `h-10 sm:h-9 ${boxClasses}`;
export const textAreaClasses = `py-1.5 ${boxClasses}`;

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
  id: string;
  label: string;
  hint?: ReactNode;
  errors?: readonly string[];
  /** The unit shown after the input, for example "days". */
  unit?: string;
};

/** An input with its label, hint and validation errors. */
export function Field({ id, label, hint, errors = [], unit, className, ...input }: FieldProps) {
  const hintId = hint ? `${id}-hint` : null;
  const errorId = errors.length > 0 ? `${id}-error` : null;
  return (
    <div>
      <label htmlFor={id} className="text-text font-medium">
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="mt-0.5 text-table text-quiet">
          {hint}
        </p>
      )}
      <div className="mt-1.5 flex items-center gap-2">
        <input
          id={id}
          aria-invalid={errors.length > 0}
          aria-describedby={[hintId, errorId].filter(Boolean).join(" ") || undefined}
          className={classNames(inputClasses, unit ? "min-w-0" : undefined, className)}
          {...input}
        />
        {unit && <span className="shrink-0 text-table text-quiet">{unit}</span>}
      </div>
      {errorId && (
        <p id={errorId} className="mt-1 text-table text-critical">
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}
