import { useFetcher } from "@remix-run/react";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { WRITES, type Writes } from "~/billing/policy";
import { Button } from "~/ui/button";
import { classNames } from "~/ui/class-names";
import { Dialog } from "~/ui/dialog/dialog";
import { MenuButton } from "~/ui/menu/menu-button";
import { Shape } from "~/ui/status/shape";
import type { Tone } from "~/ui/status/tone";
import { toneText } from "~/ui/status/tone";
import { capital, WRITES_MEANING, WRITES_WORDS } from "~/ui/status/words";

const tones: Record<Writes, Tone> = { off: "critical", raise_only: "high", full: "right" };

const look = "inline-flex h-8 items-center gap-1.5 rounded border border-edge bg-raised px-2.5 text-table";

/** Who may write, always in sight; an admin changes it here, and is told first what that means. */
export function WritesMenu({ writes, mayChange }: { writes: Writes; mayChange: boolean }) {
  const [wanted, setWanted] = useState<Writes | null>(null);
  const fetcher = useFetcher();
  const face = (
    <>
      <span className={toneText[tones[writes]]}>
        <Shape tone={tones[writes]} />
      </span>
      <span>
        <span className="text-quiet">writes:</span> {WRITES_WORDS[writes]}
      </span>
    </>
  );
  if (!mayChange)
    return (
      <span className={look} title={WRITES_MEANING[writes]}>
        {face}
      </span>
    );
  const confirm = () => {
    if (wanted) fetcher.submit({ intent: "writes", writes: wanted }, { method: "post", action: "/settings" });
    setWanted(null);
  };
  return (
    <>
      <MenuButton
        className={classNames(look, "hover:bg-hover")}
        align="end"
        items={WRITES.map((choice) => ({
          kind: "choice",
          id: choice,
          label: capital(WRITES_WORDS[choice]),
          hint: WRITES_MEANING[choice],
          chosen: choice === writes,
          onChoose: () => choice !== writes && setWanted(choice),
        }))}
      >
        {face}
        <ChevronDown className="size-3.5 text-faint" aria-hidden="true" />
      </MenuButton>
      <WritesDialog wanted={wanted} onClose={() => setWanted(null)} onConfirm={confirm} />
    </>
  );
}

type WritesDialogProps = { wanted: Writes | null; onClose: () => void; onConfirm: () => void };

function WritesDialog({ wanted, onClose, onConfirm }: WritesDialogProps) {
  return (
    <Dialog
      open={wanted !== null}
      onClose={onClose}
      title={wanted ? `Switch writes to “${WRITES_WORDS[wanted]}”?` : ""}
      description={wanted ? WRITES_MEANING[wanted] : ""}
    >
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave as it is</Button>
        <Button look={wanted === "off" ? "danger" : "primary"} onClick={onConfirm}>
          {wanted ? `Switch to ${WRITES_WORDS[wanted]}` : ""}
        </Button>
      </div>
    </Dialog>
  );
}
