import { data, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { roleAllows } from "~/engine/account/roles";
import { parseSettings, SETTING_KEYS, SETTINGS } from "~/engine/account/settings-catalogue.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";
import { PageHeader } from "~/ui/page-header";
import { useHasRole } from "../_staff/frame-data";
import { AccountSection } from "./account-section";
import { MoreSection } from "./more-section";
import { pickTyped } from "./pick-typed.server";
import { RulesForm } from "./rules-form";
import { describeFields } from "./setting-fields.server";
import { WriteModeSection } from "./write-mode-section";

export const meta: MetaFunction = () => [{ title: "Settings · Parity" }];

export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ parity }) => {
  const settings = await parity.settings.get();
  const { writeMode, binding } = settings;
  return { writeMode, binding, fields: describeFields(settings) };
});

/** Saves the settings that were changed in the form; the others stay as they are. An empty field clears its setting. */
export const action = route.action(
  { who: "staff", role: "operator", submission: z.looseObject({}) },
  async ({ submission, parity, staff }) => {
    if (submission.status !== "success") return data({ lastResult: submission.reply() }, { status: 400 });
    const sent = submission.value;
    const forbidden = SETTING_KEYS.filter(
      (key) => Object.hasOwn(sent, key) && !roleAllows(staff.role, SETTINGS[key].role),
    );
    if (forbidden.length > 0)
      throw errorResponse("forbidden", { message: `Your role cannot change ${forbidden.join(", ")}.` });
    const { typed, problems } = pickTyped(sent, await parity.settings.get());
    if (Object.keys(problems).length > 0)
      return data({ lastResult: submission.reply({ fieldErrors: problems }) }, { status: 400 });
    const parsed = parseSettings(typed);
    if (!parsed.ok)
      return data({ lastResult: submission.reply({ fieldErrors: parsed.problems }) }, { status: 400 });
    await parity.settings.set(parsed.change, { kind: "staff", id: staff.id });
    return { lastResult: submission.reply() };
  },
);

export default function Settings() {
  const { writeMode, binding, fields } = useLoaderData<typeof loader>();
  const canChange = useHasRole("admin");
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="Settings"
        description={canChange ? undefined : "Only an admin can change settings."}
      />
      <WriteModeSection writeMode={writeMode} canChange={canChange} />
      <RulesForm fields={fields} />
      <AccountSection binding={binding} />
      <MoreSection canChange={canChange} />
    </div>
  );
}
