import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { classNames } from "~/ui/class-names";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";
import type { Notice } from "./notice";

const SHOWN_MILLISECONDS = 7000;

/** Shows notices below the middle of the page, where no list has its buttons; the newest at the bottom. */
export function ToastRegion({ notices }: { notices: Notice[] }) {
  return (
    <Toast.Provider timeout={SHOWN_MILLISECONDS} limit={2}>
      <NoticeFeed notices={notices} />
      <Toast.Portal>
        <Toast.Viewport className="pointer-events-none fixed inset-x-4 bottom-20 z-50 mx-auto flex max-w-sm flex-col gap-2 outline-none sm:bottom-6">
          <Notices />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function NoticeFeed({ notices }: { notices: Notice[] }) {
  const { add } = Toast.useToastManager();
  const last = useRef(0);
  useEffect(() => {
    for (const { id, tone, message, details } of notices) {
      if (id <= last.current) continue;
      last.current = id;
      add({
        title: message,
        description: details,
        type: tone,
        priority: tone === "critical" ? "high" : "low",
      });
    }
  }, [notices, add]);
  return null;
}

function Notices() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => {
    const tone = isTone(toast.type) ? toast.type : "low";
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        className="floating pointer-events-auto rounded border border-line bg-raised text-ink shadow-float data-[limited]:hidden"
      >
        <Toast.Content className="flex items-start gap-2.5 p-3">
          <span className={classNames("mt-1.5", toneText[tone])}>
            <Shape tone={tone} />
          </span>
          <div className="min-w-0 flex-1">
            <Toast.Title className="text-text font-medium" />
            <Toast.Description className="mt-0.5 text-table text-quiet" />
          </div>
          <Toast.Close
            aria-label="Dismiss"
            className="-m-1 inline-flex size-7 items-center justify-center rounded text-faint hover:bg-hover hover:text-ink"
          >
            <X className="size-3.5" aria-hidden="true" />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
}

function isTone(type: string | undefined): type is Tone {
  return type !== undefined && type in toneText;
}
