import { useEffect, useState } from "react";

/**
 * A value that may come later than its page; undefined until it is there. Nothing waits for it, not even the next page:
 * meanwhile the last one stands, as long as it is `of` the same thing.
 */
export function useFollowed<T>(value: T | Promise<T>, of = ""): T | undefined {
  const [last, setLast] = useState<{ of: string; value: T } | null>(null);
  useEffect(() => {
    let isOld = false;
    Promise.resolve(value).then(
      (there) => {
        if (!isOld) setLast({ of, value: there });
      },
      () => {},
    );
    return () => {
      isOld = true;
    };
  }, [value, of]);
  if (!(value instanceof Promise)) return value;
  return last?.of === of ? last.value : undefined;
}
