import { Form, useNavigation } from "@remix-run/react";
import { useId } from "react";
import type { TeamMember } from "~/auth/team/team-list.server";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { useCloseWhenDone } from "~/ui/dialog/use-close-when-done";
import { Field } from "~/ui/field";
import { SelectField } from "~/ui/select-field";
import { ROLE_CHOICES } from "./role-words";

export type MemberDecision = {
  intent: string;
  /** In the menu of the row. */
  menu: string;
  isOffered: (member: TeamMember) => boolean;
  question: (name: string) => string;
  meaning: string;
  confirm: string;
  isDangerous: boolean;
};

/** What an admin can decide about a member, in the order of the menu. */
export const MEMBER_DECISIONS: readonly MemberDecision[] = [
  {
    intent: "role",
    menu: "Change role…",
    isOffered: () => true,
    question: (name) => `Change the role of ${name}?`,
    meaning: "It applies at once. Password and sessions stay.",
    confirm: "Change role",
    isDangerous: false,
  },
  {
    intent: "end-sessions",
    menu: "Sign out everywhere…",
    isOffered: ({ sessions }) => sessions > 0,
    question: (name) => `Sign ${name} out everywhere?`,
    meaning: "All their sessions end. They can sign in again.",
    confirm: "Sign out",
    isDangerous: false,
  },
  {
    intent: "new-password",
    menu: "New password link…",
    isOffered: ({ hasPassword }) => hasPassword,
    question: (name) => `Create a password link for ${name}?`,
    meaning: "You get a link to pass on. The present password works until they have chosen a new one.",
    confirm: "Create link",
    isDangerous: false,
  },
  {
    intent: "remove-second-factor",
    menu: "Remove second factor…",
    isOffered: ({ hasSecondFactor }) => hasSecondFactor,
    question: (name) => `Remove the second factor of ${name}?`,
    meaning: "For a lost phone. Make sure who asks: the password alone is enough until they add a new one.",
    confirm: "Remove second factor",
    isDangerous: true,
  },
  {
    intent: "remove",
    menu: "Remove from the team…",
    isOffered: () => true,
    question: (name) => `Remove ${name} from the team?`,
    meaning: "They are signed out and cannot sign in any more. Their name stays in the activity.",
    confirm: "Remove",
    isDangerous: true,
  },
];

/** With a reason that is kept in the audit: none is needed to make a link, or to end sessions. */
const WITH_REASON = new Set(["role", "remove", "remove-second-factor"]);

type MemberDialogProps = {
  open: { member: TeamMember; decision: MemberDecision } | null;
  onClose: () => void;
};

/** Confirms a decision about one member. */
export function MemberDialog({ open, onClose }: MemberDialogProps) {
  const id = useId();
  const navigation = useNavigation();
  const busy = navigation.state !== "idle";
  useCloseWhenDone({ isBusy: busy, onClose });
  const decision = open?.decision;
  const name = open?.member.name ?? "";
  return (
    <Dialog
      open={open !== null}
      onClose={onClose}
      title={decision?.question(name) ?? ""}
      description={decision?.meaning ?? ""}
    >
      {open && decision && (
        <Form method="post" className="space-y-4">
          <input type="hidden" name="intent" value={decision.intent} />
          <input type="hidden" name="staffId" value={open.member.id} />
          {decision.intent === "role" && (
            <SelectField
              id={`${id}-role`}
              name="role"
              label="Role"
              choices={ROLE_CHOICES}
              defaultValue={open.member.role}
            />
          )}
          {WITH_REASON.has(decision.intent) && (
            <Field
              id={`${id}-reason`}
              name="reason"
              label="Reason (optional)"
              hint="Kept in the activity."
              autoComplete="off"
              maxLength={1000}
            />
          )}
          <DialogActions onCancel={onClose} isDangerous={decision.isDangerous} isBusy={busy}>
            {decision.confirm}
          </DialogActions>
        </Form>
      )}
    </Dialog>
  );
}
