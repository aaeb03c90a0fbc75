import { useFetcher } from "@remix-run/react";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { WRITE_MODES, type WriteMode } from "~/billing/policy";
import { classNames } from "~/ui/class-names";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { MenuButton } from "~/ui/menu/menu-button";
import { Shape } from "~/ui/status/shape";
import type { Tone } from "~/ui/status/tone";
import { toneText } from "~/ui/status/tone";
import { capitalize, WRITE_MODE_MEANINGS, WRITE_MODE_WORDS } from "~/ui/status/words";

const tones: Record<WriteMode, Tone> = { off: "critical", grant_only: "high", full: "right" };

const boxClasses =
  "inline-flex h-8 items-center gap-1.5 whitespace-nowrap rounded border border-edge bg-raised px-2.5 text-table";

/** Shows the write mode on every page. An admin can change it here and first confirms what that means. */
export function WriteModeMenu({ writeMode, canChange }: { writeMode: WriteMode; canChange: boolean }) {
  const [selected, setSelected] = useState<WriteMode | null>(null);
  const fetcher = useFetcher();
  const content = (
    <>
      <span className={toneText[tones[writeMode]]}>
        <Shape tone={tones[writeMode]} />
      </span>
      <span>
        <span className="text-quiet">
          <span className="max-[399px]:hidden md:max-xl:hidden">Automatic repairs:</span>
          <span className="hidden max-[399px]:inline md:max-xl:inline">Repairs:</span>
        </span>{" "}
        {WRITE_MODE_WORDS[writeMode]}
      </span>
    </>
  );
  if (!canChange)
    return (
      <span className={boxClasses} title={WRITE_MODE_MEANINGS[writeMode]}>
        {content}
      </span>
    );
  const changeMode = () => {
    if (selected)
      fetcher.submit({ intent: "writeMode", writeMode: selected }, { method: "post", action: "/settings" });
    setSelected(null);
  };
  return (
    <>
      <MenuButton
        label={`Automatic repairs: ${WRITE_MODE_WORDS[writeMode]}`}
        className={classNames(boxClasses, "hover:bg-hover")}
        align="end"
        items={WRITE_MODES.map((choice) => ({
          kind: "choice",
          id: choice,
          label: capitalize(WRITE_MODE_WORDS[choice]),
          hint: WRITE_MODE_MEANINGS[choice],
          chosen: choice === writeMode,
          onChoose: () => choice !== writeMode && setSelected(choice),
        }))}
      >
        {content}
        <ChevronDown className="size-3.5 text-faint" aria-hidden="true" />
      </MenuButton>
      <WriteModeDialog selected={selected} onClose={() => setSelected(null)} onConfirm={changeMode} />
    </>
  );
}

const QUESTIONS: Record<WriteMode, string> = {
  off: "Pause all repairs?",
  grant_only: "Make only repairs that grant access?",
  full: "Turn on repairs?",
};

const CONFIRM_LABELS: Record<WriteMode, string> = {
  off: "Pause repairs",
  grant_only: "Grant access only",
  full: "Turn on repairs",
};

type WriteModeDialogProps = { selected: WriteMode | null; onClose: () => void; onConfirm: () => void };

function WriteModeDialog({ selected, onClose, onConfirm }: WriteModeDialogProps) {
  return (
    <Dialog
      open={selected !== null}
      onClose={onClose}
      title={selected ? QUESTIONS[selected] : ""}
      description={selected ? WRITE_MODE_MEANINGS[selected] : ""}
    >
      <DialogActions onCancel={onClose} onConfirm={onConfirm} isDangerous={selected === "off"}>
        {selected ? CONFIRM_LABELS[selected] : ""}
      </DialogActions>
    </Dialog>
  );
}
