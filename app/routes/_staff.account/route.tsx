import { data, type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { CODE_PROBLEMS } from "~/auth/code-answers.server";
import type { WrongPassword } from "~/auth/own-account.server";
import { PASSWORD_PROBLEMS } from "~/auth/passwords.server";
import { pluralize } from "~/billing/words/counts";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { PageHeader } from "~/ui/page-header";
import { PasswordSection } from "./password-section";
import { SecondFactorSection } from "./second-factor-section";
import { SessionsSection } from "./sessions-section";

export const meta: MetaFunction = () => [{ title: "Your account · Parity" }];

const password = z.string().max(1_000).default("");
const form = z.discriminatedUnion("intent", [
  z.object({ intent: z.literal("password"), password, next: password }),
  z.object({ intent: z.literal("start-second-factor"), password }),
  z.object({ intent: z.literal("confirm-second-factor"), code: z.string().max(20).default("") }),
  z.object({ intent: z.literal("remove-second-factor"), password }),
  z.object({ intent: z.literal("end-session"), sessionId: z.string().min(1).max(200) }),
  z.object({ intent: z.literal("sign-out-everywhere") }),
]);

type Answer = {
  about?: "password" | "second-factor" | "sessions";
  problem?: string;
  done?: string;
  /** Shown once: the key for the authenticator app, and the codes for a lost one. */
  setUp?: { uri: string; key: string; backupCodes: string[] };
};

export const loader = route.loader({ who: "staff", role: "viewer" }, async ({ staff, request, context }) => {
  const { own } = context.staffAuth;
  const cookie = request.headers.get("Cookie") ?? "";
  return {
    hasPassword: await own.hasPassword(staff.id),
    hasSecondFactor: staff.hasSecondFactor === true,
    mustAddSecondFactor: staff.mustAddSecondFactor === true,
    sessions: await own.listSessions({ staffId: staff.id, cookie, clientAddress: context.clientAddress }),
  };
});

/** Changes the caller's own account; each change asks for the password or a code again. */
export const action = route.action(
  { who: "staff", role: "viewer", form },
  async ({ form, staff, request, context }) => {
    const { own } = context.staffAuth;
    const cookie = request.headers.get("Cookie") ?? "";
    const caller = { staffId: staff.id, cookie, clientAddress: context.clientAddress };
    switch (form.intent) {
      case "password": {
        const changed = await own.changePassword(caller, { current: form.password, next: form.next });
        if (changed.ok)
          return done(
            "password",
            "Your password was changed. All other sessions have ended.",
            changed.cookies,
          );
        if (changed.reason === "wrong_password" || changed.reason === "too_many_requests")
          return refusePassword("password", changed);
        return refuse("password", PASSWORD_PROBLEMS[changed.reason]);
      }
      case "start-second-factor": {
        const started = await own.startSecondFactor(caller, form.password);
        if (!started.ok) return refusePassword("second-factor", started);
        const { uri, backupCodes } = started;
        const key = new URL(uri).searchParams.get("secret") ?? "";
        return data<Answer>({ about: "second-factor", setUp: { uri, key, backupCodes } });
      }
      case "confirm-second-factor": {
        const confirmed = await own.confirmSecondFactor(caller, form.code);
        if (!confirmed.ok && confirmed.reason === "too_many_codes")
          return refuse("second-factor", CODE_PROBLEMS.too_many_codes, 429);
        if (!confirmed.ok)
          return refuse(
            "second-factor",
            "That code is not right. Begin again, and check the clock of your phone.",
          );
        return done("second-factor", "From now on, signing in asks for a code.", confirmed.cookies);
      }
      case "remove-second-factor": {
        const removed = await own.removeSecondFactor(caller, form.password);
        if (!removed.ok) return refusePassword("second-factor", removed);
        return done("second-factor", "Signing in no longer asks for a code.", removed.cookies);
      }
      case "end-session":
        await own.endSession(staff.id, form.sessionId);
        return done("sessions", "That session has ended.", []);
      case "sign-out-everywhere":
        await own.signOutEverywhere(staff.id);
        throw redirect("/sign-in");
    }
  },
);

function refuse(about: Answer["about"], problem: string, status = 400) {
  return data<Answer>({ about, problem }, { status });
}

function refusePassword(about: Answer["about"], refusal: WrongPassword) {
  if (refusal.reason === "wrong_password") return refuse(about, "Your current password is wrong.");
  const wait = pluralize(refusal.retryAfterSeconds, "second");
  return refuse(about, `Too many wrong passwords. Try again in ${wait}.`, 429);
}

function done(about: Answer["about"], message: string, cookies: string[]) {
  const headers = new Headers();
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return data<Answer>({ about, done: message }, { headers });
}

export default function Account() {
  const { hasPassword, hasSecondFactor, mustAddSecondFactor, sessions } = useLoaderData<typeof loader>();
  const answer = useActionData<Answer>();
  const passwordAnswer = answer?.about === "password" ? answer : undefined;
  const factorAnswer = answer?.about === "second-factor" ? answer : undefined;
  return (
    <div className="max-w-2xl">
      <PageHeader title="Your account" />
      {mustAddSecondFactor && (
        <Banner tone="medium">Add a second factor first: a setting of Parity requires it.</Banner>
      )}
      {hasPassword ? (
        <>
          <PasswordSection problem={passwordAnswer?.problem} done={passwordAnswer?.done} />
          <SecondFactorSection
            hasSecondFactor={hasSecondFactor}
            problem={factorAnswer?.problem}
            done={factorAnswer?.done}
            setUp={factorAnswer?.setUp}
          />
        </>
      ) : (
        <p className="text-quiet">
          You sign in with your company account. Its password and second factor are changed there.
        </p>
      )}
      <SessionsSection sessions={sessions} done={answer?.about === "sessions" ? answer.done : undefined} />
    </div>
  );
}
