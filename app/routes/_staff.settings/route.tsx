import { data, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { WRITE_MODES } from "~/billing/policy";
import { CONTACT_HINT, readSupportContact } from "~/billing/words/support-contact";
import type { Parity } from "~/facade/parity.server";
import { route } from "~/http/route.server";
import { PageHead } from "~/ui/page-head";
import { useMay } from "../_staff/frame-data";
import { BindingPart } from "./binding-part";
import { RulesForm } from "./rules-form";
import { WritesPart } from "./writes-part";

type SettingsChange = Parameters<Parity["settings"]["set"]>[0];

const whole = (from: number, to: number) =>
  z.coerce
    .number({ error: "Enter a number." })
    .int("Enter a whole number.")
    .min(from, `At least ${from}.`)
    .max(to, `At most ${to}.`);

const submission = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("writeMode"), writeMode: z.enum(WRITE_MODES) }),
  z.object({
    intent: z.literal("rules"),
    graceDays: whole(0, 90),
    noPlanWord: z.string().trim().max(100).optional(),
    revocationLimitPercent: z.coerce
      .number({ error: "Enter a number." })
      .min(0, "At least 0.")
      .max(100, "At most 100."),
    revocationLimitMinimum: whole(0, 1_000_000),
    readAllocation: whole(1, 1_000_000_000).optional(),
    fullRunHour: whole(0, 23).optional(),
    recheckPerRun: whole(0, 1_000),
    supportContact: z
      .string()
      .trim()
      .refine((typed) => readSupportContact(typed) !== null, { error: `Enter ${CONTACT_HINT}.` })
      .optional(),
  }),
]);

export const meta: MetaFunction = () => [{ title: "Settings · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ parity }) => ({
  settings: await parity.settings.get(),
}));

/** What the business decides. Kept with who changed it. */
export const action = route.action(
  { who: "staff", role: "admin", submission },
  async ({ submission, parity, staff }) => {
    if (submission.status !== "success") return data({ lastResult: submission.reply() }, { status: 400 });
    await parity.settings.set(changeOf(submission.value), { kind: "staff", id: staff.id });
    return { lastResult: submission.reply() };
  },
);

/** What to save; a field that was emptied counts as none. */
function changeOf(submitted: z.output<typeof submission>): SettingsChange {
  if (submitted.intent === "writeMode") return { writeMode: submitted.writeMode };
  const { intent: _, noPlanWord = null, supportContact = null, ...others } = submitted;
  const { readAllocation = null, fullRunHour = null, ...numbers } = others;
  return { ...numbers, noPlanWord, supportContact, readAllocation, fullRunHour };
}

export default function Settings() {
  const { settings } = useLoaderData<typeof loader>();
  const mayChange = useMay("admin");
  return (
    <div className="max-w-3xl">
      <PageHead title="Settings" below={mayChange ? undefined : "Only an admin changes these."} />
      <WritesPart writeMode={settings.writeMode} mayChange={mayChange} />
      <RulesForm settings={settings} mayChange={mayChange} />
      <BindingPart binding={settings.binding} />
    </div>
  );
}
