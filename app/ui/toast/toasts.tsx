import { createContext, type ReactNode, Suspense, useCallback, useContext, useState } from "react";
import { lazily } from "~/ui/reach/lazily";
import type { Notice } from "./notice";

const Region = lazily(async () => (await import("./toast-region")).ToastRegion);

const ShowNotice = createContext<(notice: Omit<Notice, "id">) => void>(() => {});

/** Lets its children show notices in the corner. The code of the region is loaded with the first notice. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const show = useCallback(
    (notice: Omit<Notice, "id">) =>
      setNotices((current) => [...current.slice(-20), { ...notice, id: (current.at(-1)?.id ?? 0) + 1 }]),
    [],
  );
  return (
    <ShowNotice.Provider value={show}>
      {children}
      {notices.length > 0 && (
        <Suspense fallback={null}>
          <Region notices={notices} />
        </Suspense>
      )}
    </ShowNotice.Provider>
  );
}

/** Returns a function that shows a notice in the corner for a few seconds. */
export function useNotice(): (notice: Omit<Notice, "id">) => void {
  return useContext(ShowNotice);
}
