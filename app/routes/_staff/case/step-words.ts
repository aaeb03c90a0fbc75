import type { Taken } from "~/billing/evaluation/taken";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import type { StepId } from "~/dashboard/user-page/next-steps";
import type { Role } from "~/engine/account/roles";

type StepWords = { label: string; role: Role; isDangerous?: true };

/** What each step is called on its button, and who may take it. */
export const STEP_WORDS: Record<StepId, StepWords> = {
  sync: { label: "Sync this user", role: "operator" },
  check: { label: "Check again", role: "operator" },
  remove_access: { label: "Remove access…", role: "operator", isDangerous: true },
  approve_removal: { label: "Remove access…", role: "admin", isDangerous: true },
  settle_conflict: { label: "Decide whose it is…", role: "operator" },
  confirm_link: { label: "Link customer…", role: "operator" },
  reject_link: { label: "Not the same person…", role: "operator" },
  map_price: { label: "Map price to a plan…", role: "admin" },
  ignore_price: { label: "Ignore price…", role: "admin" },
  give_comp: { label: "Give free access…", role: "admin" },
  end_comp: { label: "End free access…", role: "admin", isDangerous: true },
  hold: { label: "Hold…", role: "operator" },
  release: { label: "Release hold…", role: "operator" },
  acknowledge: { label: "Acknowledge…", role: "operator" },
  end_acknowledgement: { label: "Take up again…", role: "operator" },
};

/** The label of a step for a user, by what a repair takes. */
export const labelStep = (step: StepId, taken: Taken | null): string =>
  taken !== null && (step === "remove_access" || step === "approve_removal")
    ? `${TAKEN_WORDS[taken].action}…`
    : STEP_WORDS[step].label;
