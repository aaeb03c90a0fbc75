import { useFetcher } from "@remix-run/react";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { WRITE_MODES, type WriteMode } from "~/billing/policy";
import { Button } from "~/ui/button";
import { classNames } from "~/ui/class-names";
import { Dialog } from "~/ui/dialog/dialog";
import { MenuButton } from "~/ui/menu/menu-button";
import { Shape } from "~/ui/status/shape";
import type { Tone } from "~/ui/status/tone";
import { toneText } from "~/ui/status/tone";
import { capital, WRITE_MODE_MEANINGS, WRITE_MODE_WORDS } from "~/ui/status/words";

const tones: Record<WriteMode, Tone> = { off: "critical", grant_only: "high", full: "right" };

const look = "inline-flex h-8 items-center gap-1.5 rounded border border-edge bg-raised px-2.5 text-table";

/** Who may write, always in sight; an admin changes it here, and is told first what that means. */
export function WritesMenu({ writeMode, mayChange }: { writeMode: WriteMode; mayChange: boolean }) {
  const [wanted, setWanted] = useState<WriteMode | null>(null);
  const fetcher = useFetcher();
  const face = (
    <>
      <span className={toneText[tones[writeMode]]}>
        <Shape tone={tones[writeMode]} />
      </span>
      <span>
        <span className="text-quiet">writes:</span> {WRITE_MODE_WORDS[writeMode]}
      </span>
    </>
  );
  if (!mayChange)
    return (
      <span className={look} title={WRITE_MODE_MEANINGS[writeMode]}>
        {face}
      </span>
    );
  const confirm = () => {
    if (wanted)
      fetcher.submit({ intent: "writeMode", writeMode: wanted }, { method: "post", action: "/settings" });
    setWanted(null);
  };
  return (
    <>
      <MenuButton
        className={classNames(look, "hover:bg-hover")}
        align="end"
        items={WRITE_MODES.map((choice) => ({
          kind: "choice",
          id: choice,
          label: capital(WRITE_MODE_WORDS[choice]),
          hint: WRITE_MODE_MEANINGS[choice],
          chosen: choice === writeMode,
          onChoose: () => choice !== writeMode && setWanted(choice),
        }))}
      >
        {face}
        <ChevronDown className="size-3.5 text-faint" aria-hidden="true" />
      </MenuButton>
      <WritesDialog wanted={wanted} onClose={() => setWanted(null)} onConfirm={confirm} />
    </>
  );
}

type WritesDialogProps = { wanted: WriteMode | null; onClose: () => void; onConfirm: () => void };

function WritesDialog({ wanted, onClose, onConfirm }: WritesDialogProps) {
  return (
    <Dialog
      open={wanted !== null}
      onClose={onClose}
      title={wanted ? `Switch writes to “${WRITE_MODE_WORDS[wanted]}”?` : ""}
      description={wanted ? WRITE_MODE_MEANINGS[wanted] : ""}
    >
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave as it is</Button>
        <Button look={wanted === "off" ? "danger" : "primary"} onClick={onConfirm}>
          {wanted ? `Switch to ${WRITE_MODE_WORDS[wanted]}` : ""}
        </Button>
      </div>
    </Dialog>
  );
}
