import { useEffect, useRef } from "react";
import { countGivenUp } from "~/ui/reach/wait-for-server";

type CloseOptions = {
  isBusy: boolean;
  /** It could not be done, and the dialog says why. */
  hasFailed?: boolean;
  onClose: () => void;
};

/**
 * Closes a dialog when what it sent was answered. What a person gave up was not: the dialog stays with what was typed, because nothing
 * is known to be done.
 */
export function useCloseWhenDone({ isBusy, hasFailed = false, onClose }: CloseOptions): void {
  const since = useRef<number | null>(null);
  useEffect(() => {
    const wasAnswered = since.current !== null && since.current === countGivenUp();
    if (wasAnswered && !isBusy && !hasFailed) onClose();
    if (!isBusy) since.current = null;
    else if (since.current === null) since.current = countGivenUp();
  }, [isBusy, hasFailed, onClose]);
}
