import { useEffect, useState } from "react";

/**
 * A value that may arrive after its page. Undefined until it arrives. Neither this page nor the next one waits for it:
 * while a new value is loading, the previous one with the same `key` stays.
 */
export function useDeferred<T>(value: T | Promise<T>, key = ""): T | undefined {
  const [last, setLast] = useState<{ key: string; value: T } | null>(null);
  useEffect(() => {
    let isStale = false;
    Promise.resolve(value).then(
      (resolved) => {
        if (!isStale) setLast({ key, value: resolved });
      },
      () => {},
    );
    return () => {
      isStale = true;
    };
  }, [value, key]);
  if (!(value instanceof Promise)) return value;
  return last?.key === key ? last.value : undefined;
}
