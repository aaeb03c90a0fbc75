import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { localPath } from "~/http/local-path";
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
  password: z.string().max(200),
  next: z.string().optional(),
});

/** Sentences for what the identity provider, or our evaluation of who comes from there, says. */
const arrivals: Record<string, string> = {
  not_invited: "This account has not been invited. Ask an admin to add your address.",
  email_not_verified: "Your identity provider does not vouch for your e-mail address.",
  // What better-auth says before it asks us, of someone invited whose address is not vouched for.
  account_not_linked: "Your identity provider does not vouch for your e-mail address.",
  single_sign_on_unavailable: "Your identity provider cannot be reached just now. Try again in a moment.",
};

export const loader = route.loader(
  { who: "public", because: "whoever signs in is not signed in yet", search },
  async ({ request, search, context }) => {
    const next = localPath(search.next);
    if (await context.staffAuth.session(request)) throw redirect(next);
    const { mode, singleSignOn } = context.environment;
    const problem = search.error && (arrivals[search.error] ?? "Signing in did not work. Try again.");
    return { next, problem: problem || null, singleSignOn, demo: mode === "demo" };
  },
);

export const action = route.action(
  { who: "public", because: "whoever signs in is not signed in yet", form },
  async ({ request, form, context }) => {
    const userAgent = request.headers.get("User-Agent") ?? "";
    const { email, password } = form;
    const result = await context.staffAuth.signIn({
      email,
      password,
      userAgent,
      clientAddress: context.clientAddress,
    });
    if (result.ok) {
      const headers = new Headers();
      for (const cookie of result.cookies) headers.append("Set-Cookie", cookie);
      return redirect(localPath(form.next), { headers });
    }
    if (result.reason === "wrong_password")
      return data(
        { email, problem: "This e-mail address and password do not fit together." },
        { status: 401 },
      );
    const wait = result.retryAfterSeconds;
    const problem = `Too many attempts from here. Try again in ${wait === 1 ? "1 second" : `${wait} seconds`}.`;
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
          The demo's address and password stand in the terminal that started it.
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
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          defaultValue={answer?.email}
        />
        <Field
          id="password"
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
        />
        <Button type="submit" look="primary" disabled={busy} aria-busy={busy} className="w-full">
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
