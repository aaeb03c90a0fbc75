import { useEffect, useId, useRef, useState } from "react";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import { isTypedName } from "~/dashboard/decisions/typed-name";
import { takesFromUsers } from "~/engine/decisions/effect";
import { DECISIONS, type DecisionKind } from "~/engine/decisions/kinds";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { Field } from "~/ui/field";
import { TextArea } from "~/ui/text-area";
import { DECISION_FORMS, type DecisionField } from "./decision-forms";
import { DecisionInput, readDefaults, toInput } from "./decision-input";
import type { DecisionDialogProps, DecisionSubject } from "./decision-props";
import { PreviewLines } from "./preview-lines";
import { type DecisionForm, useDecision } from "./use-decision";

/** What `DecisionDialog` shows once it was asked for. */
export function DecisionPopup({ kind, subject, description = null, onClose }: DecisionDialogProps) {
  // The words stay while the dialog fades out.
  const [last, setLast] = useState(kind);
  useEffect(() => {
    if (kind !== null) setLast(kind);
  }, [kind]);
  const shown = kind ?? last;
  if (shown === null) return null;
  return (
    <Dialog
      open={kind !== null}
      onClose={onClose}
      title={nameDecision(shown, subject).question}
      description={description}
    >
      <DecisionFields key={shown} kind={shown} subject={subject} onClose={onClose} />
    </Dialog>
  );
}

/** What is asked, and the button that decides: a revocation says what it takes. */
function nameDecision(kind: DecisionKind, { name, taken }: DecisionSubject) {
  const { question, confirm } = DECISION_FORMS[kind];
  if (taken === undefined) return { question: question(name), confirm };
  const words = TAKEN_WORDS[taken];
  const asked = words.question(name);
  return {
    question: kind === "override" ? asked.replace(/\?$/, " without proof?") : asked,
    confirm: words.action,
  };
}

/** The effect is asked for when the typing pauses. */
const TYPING_MS = 300;

const PRICE_NAMES = ["priceId", "lookupKey", "productId"];

/** Is it decided about already, so that it is not asked? */
const isGiven = (field: DecisionField, input: Record<string, string>): boolean =>
  !(field.type === "choice" && field.isAlwaysAsked) &&
  (field.name in input || (field.name === "price" && PRICE_NAMES.some((name) => name in input)));

/** What is known already of what is asked. */
const pick = (fields: readonly DecisionField[], input: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(input).filter(([key]) => fields.some(({ name }) => name === key)));

type DecisionFieldsProps = { kind: DecisionKind; subject: DecisionSubject; onClose: () => void };

function DecisionFields({ kind, subject, onClose }: DecisionFieldsProps) {
  const { isDangerous = false } = DECISION_FORMS[kind];
  const { confirm } = nameDecision(kind, subject);
  const fields = DECISION_FORMS[kind].fields.filter((field) => !isGiven(field, subject.input));
  const { preview, decide, isBusy, isPreviewing, answer, ...found } = useDecision(subject.key);
  const [values, setValues] = useState(() => ({
    ...readDefaults(fields, subject.choices),
    ...pick(fields, subject.input),
    ...subject.values,
  }));
  const [reason, setReason] = useState("");
  const { typedName = "" } = subject;
  const [typed, setTyped] = useState("");
  const [hasTypo, setTypo] = useState(false);
  // What an earlier dialog left behind says nothing of this one.
  const [before] = useState({ answer, previewed: found.previewed });
  const [isSent, setSent] = useState(false);
  const id = useId();
  const input = { ...subject.input, ...toInput(values) };
  const form: DecisionForm = { kind, reason, basedOn: subject.basedOn, typedName: typed, input };
  const isOfThis = found.previewed !== before.previewed && found.saysOfForm(form);
  const previewed = isOfThis ? found.previewed : null;
  const failure = (isSent ? found.failure : null) ?? found.previewFailure;
  const asked = JSON.stringify(input);
  const isIncomplete = fields.some(({ name }) => (values[name] ?? "") === "");
  // Asked again only when the input has changed, with what the latest render knows.
  const ask = useRef<(asked: string) => void>(() => {});
  useEffect(() => {
    ask.current = () => {
      if (!isIncomplete) preview(form);
    };
  });
  const isFirst = useRef(true);
  useEffect(() => {
    const timer = setTimeout(() => ask.current(asked), isFirst.current ? 0 : TYPING_MS);
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [asked]);
  const isNew = answer !== null && answer !== before.answer;
  useEffect(() => {
    if (isNew && answer.ok) onClose();
  }, [isNew, answer, onClose]);
  const takesAccess = isDangerous || (previewed?.ok === true && takesFromUsers(previewed.effect));
  const needsReason = DECISIONS[kind].reason === "required";
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        const isOther = !isTypedName(typed, typedName);
        setTypo(isOther);
        if (isBusy || isOther) return;
        setSent(true);
        decide(form);
      }}
    >
      {typedName !== "" && (
        <Field
          id={`${id}-typed`}
          name="typed"
          label={`Type “${typedName}” to confirm`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          errors={hasTypo ? ["The name does not match."] : []}
          required
        />
      )}
      {fields.map((field) => (
        <DecisionInput
          key={field.name}
          id={`${id}-${field.name}`}
          field={field}
          choices={subject.choices}
          value={values[field.name] ?? ""}
          onChange={(value) => setValues((all) => ({ ...all, [field.name]: value }))}
        />
      ))}
      <PreviewLines
        preview={previewed}
        isLoading={isPreviewing}
        isIncomplete={isIncomplete}
        hasFailed={found.previewFailure !== null}
      />
      <TextArea
        id={`${id}-reason`}
        label={needsReason ? "Reason" : "Reason (optional)"}
        hint="It is kept with your name in the history."
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        required={needsReason}
        maxLength={1000}
        rows={2}
      />
      {isNew && !answer.ok && (
        <p role="alert" className="text-table text-critical">
          {/* Said above already. */}
          {previewed?.ok === false && previewed.message === answer.message
            ? "Nothing was decided."
            : answer.message}
        </p>
      )}
      {failure !== null && (
        <p role="alert" className="text-table text-critical">
          {failure}
        </p>
      )}
      <DialogActions onCancel={onClose} isDangerous={takesAccess} isBusy={isBusy}>
        {isBusy ? "Saving…" : confirm}
      </DialogActions>
    </form>
  );
}
