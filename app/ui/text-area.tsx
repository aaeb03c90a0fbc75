import type { ReactNode, TextareaHTMLAttributes } from "react";
import { textAreaClasses } from "./field";

type TextAreaProps = TextareaHTMLAttributes<HTMLTextAreaElement> & {
  id: string;
  label: string;
  hint?: ReactNode;
};

/** A text of several lines with its label and hint. */
export function TextArea({ id, label, hint, ...input }: TextAreaProps) {
  const hintId = hint ? `${id}-hint` : undefined;
  return (
    <div>
      <label htmlFor={id} className="text-text font-medium">
        {label}
      </label>
      {hint && (
        <p id={hintId} className="mt-0.5 text-table text-quiet">
          {hint}
        </p>
      )}
      <textarea id={id} aria-describedby={hintId} className={`mt-1.5 block ${textAreaClasses}`} {...input} />
    </div>
  );
}
