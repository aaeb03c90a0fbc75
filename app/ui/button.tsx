import { Link, type LinkProps } from "@remix-run/react";
import { type ButtonHTMLAttributes, forwardRef } from "react";
import { classNames } from "./class-names";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "normal" | "small";

const variantClasses: Record<ButtonVariant, string> = {
  primary: "bg-accent-fill text-accent-ink hover:bg-accent-press border-transparent",
  secondary: "bg-raised text-ink border-edge hover:bg-hover",
  quiet: "bg-transparent text-quiet border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-critical-fill text-accent-ink border-transparent hover:brightness-110",
};

const sizes: Record<ButtonSize, string> = {
  normal: "h-9 px-3 text-text sm:h-8",
  small: "h-8 px-2.5 text-table sm:h-7",
};

/** The class names of a button, for elements that are not a `Button`. */
export function buttonClasses(variant: ButtonVariant = "secondary", size: ButtonSize = "normal"): string {
  return classNames(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded border font-medium whitespace-nowrap",
    "select-none motion-safe:transition-colors disabled:cursor-default disabled:opacity-55",
    variantClasses[variant],
    sizes[size],
  );
}

type ButtonStyle = { variant?: ButtonVariant; size?: ButtonSize };

export const Button = forwardRef<HTMLButtonElement, ButtonHTMLAttributes<HTMLButtonElement> & ButtonStyle>(
  function Button({ variant, size, className, type = "button", ...rest }, ref) {
    return (
      <button
        ref={ref}
        type={type}
        className={classNames(buttonClasses(variant, size), className)}
        {...rest}
      />
    );
  },
);

export function ButtonLink({ variant, size, className, ...rest }: LinkProps & ButtonStyle) {
  return <Link className={classNames(buttonClasses(variant, size), className)} {...rest} />;
}
