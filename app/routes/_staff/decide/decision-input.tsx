import type { Choice } from "~/dashboard/user-page/case-choices.server";
import { Field } from "~/ui/field";
import { Select } from "~/ui/select";
import type { ChoiceList, DecisionField } from "./decision-forms";

export type Choices = Partial<Record<ChoiceList, Choice[]>>;

type DecisionInputProps = {
  id: string;
  field: DecisionField;
  choices: Choices;
  value: string;
  onChange: (value: string) => void;
};

/** One field of a decision: a choice of what is known, a day, or an id where nothing is known. */
export function DecisionInput({ id, field, choices, value, onChange }: DecisionInputProps) {
  const { name, label } = field;
  const listed = field.type === "choice" ? (choices[field.from] ?? []) : [];
  const [only] = listed;
  // What cannot be chosen is said in full: a list would cut it off.
  if (only && listed.length === 1)
    return (
      <div>
        <p className="text-text font-medium">{label}</p>
        <p className="mt-0.5">{only.label}</p>
      </div>
    );
  if (listed.length > 0)
    return (
      <Select
        id={id}
        name={name}
        label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {listed.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    );
  return (
    <Field
      id={id}
      name={name}
      label={label}
      type={field.type === "day" ? "date" : "text"}
      hint={field.type === "day" ? undefined : field.hint}
      inputMode={field.type === "text" ? field.inputMode : undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      autoComplete="off"
      required
    />
  );
}

const DAY_MILLISECONDS = 86_400_000;

/** The first of each choice, nothing of a text, and the day after so many days. */
export function readDefaults(fields: readonly DecisionField[], choices: Choices): Record<string, string> {
  return Object.fromEntries(
    fields.map((field) => {
      if (field.type === "text") return [field.name, ""];
      if (field.type === "choice") return [field.name, choices[field.from]?.[0]?.value ?? ""];
      return [field.name, new Date(Date.now() + field.days * DAY_MILLISECONDS).toISOString().slice(0, 10)];
    }),
  );
}

/**
 * What is sent: a price is named by its id, its lookup key, or its product. A choice says which; what is typed, by its form. A contested
 * customer is named as a whole, or by one of its subscriptions: `cus_…/sub_…`.
 */
export function toInput({ price, contested, ...values }: Record<string, string>): Record<string, string> {
  if (contested !== undefined) {
    const [customerId = "", subscriptionId] = contested.trim().split("/");
    return { ...values, customerId, ...(subscriptionId !== undefined && { subscriptionId }) };
  }
  if (price === undefined) return values;
  const chosen = /^(priceId|lookupKey|productId)=(.*)$/s.exec(price);
  if (chosen) return { ...values, [chosen[1] ?? ""]: chosen[2] ?? "" };
  const typed = price.trim();
  if (/^(price|plan)_/.test(typed)) return { ...values, priceId: typed };
  return typed.startsWith("prod_") ? { ...values, productId: typed } : { ...values, lookupKey: typed };
}
