import type { SelectHTMLAttributes } from "react";
import { inputClasses } from "./field";

type SelectProps = SelectHTMLAttributes<HTMLSelectElement> & { id: string; label: string };

/** A choice with its label. */
export function Select({ id, label, children, ...select }: SelectProps) {
  return (
    <div>
      <label htmlFor={id} className="text-text font-medium">
        {label}
      </label>
      <select id={id} className={`mt-1.5 ${inputClasses}`} {...select}>
        {children}
      </select>
    </div>
  );
}
