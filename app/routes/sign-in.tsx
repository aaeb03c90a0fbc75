import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { localPath } from "~/http/local-path";
import { route } from "~/http/route.server";

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

/** Sentences for what the identity provider, or our judgement of who comes from there, says. */
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
  const field = "mt-1 block w-full rounded-md border border-line bg-surface px-3 py-2 text-ink";
  return (
    <main className="mx-auto flex min-h-screen max-w-sm flex-col justify-center px-4">
      <h1 className="text-xl font-semibold text-ink">Sign in to Parity</h1>
      {demo && (
        <p className="mt-2 text-quiet">
          The demo's address and password stand in the terminal that started it.
        </p>
      )}
      {problem && (
        <p id="problem" role="alert" className="mt-4 rounded-md border border-line px-3 py-2 text-critical">
          {problem}
        </p>
      )}
      <Form method="post" className="mt-6 space-y-4">
        <input type="hidden" name="next" value={next} />
        <label className="block text-ink">
          E-mail
          <input
            className={field}
            type="email"
            name="email"
            autoComplete="username"
            required
            defaultValue={answer?.email}
            aria-describedby={problem ? "problem" : undefined}
          />
        </label>
        <label className="block text-ink">
          Password
          <input
            className={field}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            aria-describedby={problem ? "problem" : undefined}
          />
        </label>
        <button
          type="submit"
          disabled={busy}
          className="w-full rounded-md bg-accent-fill px-3 py-2 text-accent-ink"
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </Form>
      {singleSignOn && (
        <a href={`/sign-in/single-sign-on?${new URLSearchParams({ next })}`} className="mt-4 text-accent">
          Sign in with your company account
        </a>
      )}
    </main>
  );
}
