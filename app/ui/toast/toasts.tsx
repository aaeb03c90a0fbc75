import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from "react";
import type { Notice } from "./notice";

const Region = lazy(async () => ({ default: (await import("./toast-region")).ToastRegion }));

const ShowNotice = createContext<(notice: Omit<Notice, "id">) => void>(() => {});

/** Lets what is below show notices in the corner. The region is fetched with the first of them. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const show = useCallback(
    (notice: Omit<Notice, "id">) =>
      setNotices((before) => [...before.slice(-20), { ...notice, id: (before.at(-1)?.id ?? 0) + 1 }]),
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

/** Shows a notice in the corner for a while. */
export function useNotice(): (notice: Omit<Notice, "id">) => void {
  return useContext(ShowNotice);
}
