import { data, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { WRITES } from "~/billing/policy";
import { route } from "~/http/route.server";
import { PageHead } from "~/ui/page-head";
import { useMay } from "../_staff/frame-data";
import { BindingPart } from "./binding-part";
import { RulesForm } from "./rules-form";
import { WritesPart } from "./writes-part";

const whole = (from: number, to: number) =>
  z.coerce
    .number({ error: "Enter a number." })
    .int("Enter a whole number.")
    .min(from, `At least ${from}.`)
    .max(to, `At most ${to}.`);

const submission = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("writes"), writes: z.enum(WRITES) }),
  z.object({
    intent: z.literal("rules"),
    graceDays: whole(0, 90),
    noPlanWord: z.string().trim().max(100).optional(),
    breakerPercent: z.coerce
      .number({ error: "Enter a number." })
      .min(0, "At least 0.")
      .max(100, "At most 100."),
    breakerMinimum: whole(0, 1_000_000),
    readAllocation: whole(1, 1_000_000_000).optional(),
    fullPassHour: whole(0, 23).optional(),
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

/** What was sent as a change of settings: a field that was left empty says null. */
function changeOf(sent: z.infer<typeof submission>) {
  if (sent.intent === "writes") return { writes: sent.writes };
  const { intent: _, noPlanWord = null, readAllocation = null, fullPassHour = null, ...rules } = sent;
  return { ...rules, noPlanWord, readAllocation, fullPassHour };
}

export default function Settings() {
  const { settings } = useLoaderData<typeof loader>();
  const mayChange = useMay("admin");
  return (
    <div className="max-w-3xl">
      <PageHead title="Settings" below={mayChange ? undefined : "Only an admin changes these."} />
      <WritesPart writes={settings.writes} mayChange={mayChange} />
      <RulesForm settings={settings} mayChange={mayChange} />
      <BindingPart binding={settings.binding} />
    </div>
  );
}
