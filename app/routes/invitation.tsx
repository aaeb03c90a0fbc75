import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { PASSWORD_LENGTH, PASSWORD_PROBLEMS } from "~/auth/passwords.server";
import { route } from "~/http/route.server";
import { Button, ButtonLink } from "~/ui/button";
import { Field } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "Join the team · Parity" }];

const token = z.string().max(200).catch("");
const form = z.object({
  token,
  name: z.string().max(400).default(""),
  password: z.string().max(1_000).default(""),
});

export const loader = route.loader(
  { who: "public", because: "the person who has the link has no account yet", search: z.object({ token }) },
  async ({ search, context }) => {
    const open = await context.staffAuth.invitations.findOpen(search.token);
    const shown = open && { email: open.email, role: open.role, name: open.name, isReset: open.isReset };
    return data({ token: search.token, open: shown, minimum: PASSWORD_LENGTH.minimum }, open ? 200 : 404);
  },
);

/** Takes the invitation up, and signs the person in. */
export const action = route.action(
  { who: "public", because: "the person who has the link has no account yet", form },
  async ({ form, request, context }) => {
    const { staffAuth, clientAddress } = context;
    const accepted = await staffAuth.invitations.accept(form);
    if (!accepted.ok) {
      if (accepted.reason === "not_valid")
        return data({ about: "link" as const, name: form.name, problem: INVALID }, { status: 404 });
      const isName = accepted.reason === "bad_name";
      return data(
        {
          about: isName ? ("name" as const) : ("password" as const),
          name: form.name,
          problem: accepted.reason === "bad_name" ? "Enter your name." : PASSWORD_PROBLEMS[accepted.reason],
        },
        { status: 400 },
      );
    }
    const { email } = accepted;
    const userAgent = request.headers.get("User-Agent") ?? "";
    const signedIn = await staffAuth.signIn({ email, password: form.password, userAgent, clientAddress });
    const headers = new Headers();
    if ("cookies" in signedIn) for (const cookie of signedIn.cookies) headers.append("Set-Cookie", cookie);
    if (signedIn.ok) throw redirect("/", { headers });
    throw redirect(signedIn.reason === "second_factor" ? "/sign-in/code" : "/sign-in", { headers });
  },
);

const INVALID = "It was used, withdrawn, or is too old.";

export default function Invitation() {
  const { token, open, minimum } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  if (!open || answer?.about === "link") return <Invalid />;
  const findErrors = (about: "name" | "password") => (answer?.about === about ? [answer.problem] : undefined);
  return (
    <main className="mx-auto flex min-h-screen w-full max-w-sm flex-col justify-center px-4 py-12">
      <img src="/icon.svg" alt="" width={32} height={32} />
      <h1 className="mt-4 text-title font-semibold tracking-tight">
        {open.isReset ? "Choose a new password" : "Join the team"}
      </h1>
      <p className="mt-1 text-quiet">
        {open.isReset
          ? `For ${open.email}. All your sessions end.`
          : `You will sign in as ${open.email}, with the role ${open.role}.`}
      </p>
      <Form method="post" action="/invitation" className="mt-6 space-y-4">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="username" autoComplete="username" value={open.email} />
        {!open.isReset && (
          <Field
            id="name"
            label="Your name"
            hint="Colleagues see it beside what you decide."
            name="name"
            autoComplete="name"
            required
            defaultValue={answer?.name ?? open.name}
            errors={findErrors("name")}
          />
        )}
        <Field
          id="password"
          label="Password"
          hint={`At least ${minimum} characters.`}
          type="password"
          name="password"
          autoComplete="new-password"
          required
          errors={findErrors("password")}
        />
        <Button type="submit" variant="primary" disabled={busy} aria-busy={busy} className="w-full">
          {open.isReset ? "Save password" : "Join"}
        </Button>
      </Form>
    </main>
  );
}

function Invalid() {
  return (
    <main className="mx-auto flex min-h-screen w-full max-w-sm flex-col justify-center px-4 py-12">
      <h1 className="text-title font-semibold tracking-tight">This link does not work</h1>
      <p className="mt-1 text-quiet">{INVALID} Ask an admin for a new one.</p>
      <ButtonLink to="/sign-in" className="mt-4">
        Sign in
      </ButtonLink>
    </main>
  );
}
