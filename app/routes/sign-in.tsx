import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { toLocalPath } from "~/http/local-path";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { Button, buttonClasses } from "~/ui/button";
import { Field } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "Sign in · Parity" }];

const search = z.object({
  next: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
});
const form = z.object({
  email: z.string().trim().max(254),
  password: z.string().max(1_000),
  next: z.string().optional(),
});

/** Messages for the errors of single sign-on, by their code. */
const SINGLE_SIGN_ON_PROBLEMS: Record<string, string> = {
  not_invited: "This account has not been invited. Ask an admin to invite you.",
  removed: "Your access was removed. Ask an admin to add you again.",
  another_person:
    "Another account of your identity provider is bound to this address. Ask an admin to remove you and add you again.",
  email_not_verified: "Your identity provider has not verified your email address.",
  // better-auth's own code, for an invited user whose address is not verified.
  account_not_linked: "Your identity provider has not verified your email address.",
  // What a provider says of an account that may not use this application, as without its group.
  access_denied:
    "Your identity provider does not let this account sign in here. Ask the person who manages it.",
  state_mismatch: "This sign-in was started in another tab, or too long ago. Start it again.",
  state_not_found: "This sign-in was started in another tab, or too long ago. Start it again.",
  invalid_code: "Your identity provider did not confirm this sign-in. Try again in a moment.",
  unable_to_get_user_info:
    "What your identity provider sent could not be verified. If it happens again, tell an engineer: its keys or a clock may be wrong.",
  single_sign_on_unavailable: "Your identity provider could not be reached. Try again in a moment.",
};

export const loader = route.loader(
  { who: "public", because: "the user is not signed in yet", search },
  async ({ request, search, context }) => {
    const next = toLocalPath(search.next);
    if (await context.staffAuth.session(request)) throw redirect(next);
    const { mode, singleSignOn } = context.environment;
    const problem = search.error && (SINGLE_SIGN_ON_PROBLEMS[search.error] ?? "Sign-in failed. Try again.");
    return { next, problem: problem || null, singleSignOn, demo: mode === "demo" };
  },
);

export const action = route.action(
  { who: "public", because: "the user is not signed in yet", form },
  async ({ request, form, context }) => {
    const userAgent = request.headers.get("User-Agent") ?? "";
    const { email, password } = form;
    const result = await context.staffAuth.signIn({
      email,
      password,
      userAgent,
      clientAddress: context.clientAddress,
      cookie: request.headers.get("Cookie") ?? "",
    });
    if (result.ok || result.reason === "second_factor") {
      const headers = new Headers();
      for (const cookie of result.cookies) headers.append("Set-Cookie", cookie);
      const next = toLocalPath(form.next);
      return redirect(result.ok ? next : `/sign-in/code?${new URLSearchParams({ next })}`, { headers });
    }
    if (result.reason === "wrong_password")
      return data({ email, problem: "Incorrect email or password." }, { status: 401 });
    const wait = result.retryAfterSeconds;
    const problem = `Too many sign-in attempts. Try again in ${wait === 1 ? "1 second" : `${wait} seconds`}.`;
    return data({ email, problem }, { status: 429, headers: { "Retry-After": String(wait) } });
  },
);

export default function SignIn() {
  const { next, problem: arrival, singleSignOn, demo } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  const problem = answer?.problem ?? arrival;
  return (
    <main className="mx-auto flex min-h-screen w-full max-w-sm flex-col justify-center px-4 py-12">
      <img src="/icon.svg" alt="" width={32} height={32} />
      <h1 className="mt-4 text-title font-semibold tracking-tight">Sign in to Parity</h1>
      {demo && (
        <p className="mt-1 text-quiet">
          The terminal that started the demo shows an email address for each role, and the password.
        </p>
      )}
      {problem && (
        <div id="problem" className="mt-4">
          <Banner tone="critical" role="alert">
            {problem}
          </Banner>
        </div>
      )}
      <Form method="post" className="mt-6 space-y-4">
        <input type="hidden" name="next" value={next} />
        <Field
          id="email"
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          required
          aria-invalid={answer !== undefined}
          aria-describedby={problem ? "problem" : undefined}
          defaultValue={answer?.email}
        />
        <Field
          id="password"
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          aria-invalid={answer !== undefined}
          aria-describedby={problem ? "problem" : undefined}
        />
        <Button type="submit" variant="primary" disabled={busy} aria-busy={busy} className="w-full">
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      </Form>
      {singleSignOn && (
        <a
          href={`/sign-in/single-sign-on?${new URLSearchParams({ next })}`}
          className={`${buttonClasses("secondary")} mt-3 w-full`}
        >
          Sign in with your company account
        </a>
      )}
    </main>
  );
}
