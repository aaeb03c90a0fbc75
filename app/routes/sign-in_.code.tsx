import { data, type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { z } from "zod";
import { CODE_PROBLEMS } from "~/auth/code-answers.server";
import { toLocalPath } from "~/http/local-path";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";

export const meta: MetaFunction = () => [{ title: "Second factor · Parity" }];

const search = z.object({ next: z.string().optional().catch(undefined) });
const form = z.object({ code: z.string().trim().min(1).max(40), next: z.string().optional() });

export const loader = route.loader(
  { who: "public", because: "the password was right, and the session begins with the code", search },
  ({ search }) => ({ next: toLocalPath(search.next) }),
);

/** The second step of a sign-in. The cookie of the first step says whose code it must be. */
export const action = route.action(
  { who: "public", because: "the password was right, and the session begins with the code", form },
  async ({ request, form, context }) => {
    const result = await context.staffAuth.signInWithCode({
      code: form.code,
      clientAddress: context.clientAddress,
      userAgent: request.headers.get("User-Agent") ?? "",
      cookie: request.headers.get("Cookie") ?? "",
    });
    if (!result.ok)
      return data(
        { problem: CODE_PROBLEMS[result.reason] },
        { status: result.reason === "too_many_codes" ? 429 : 401 },
      );
    const headers = new Headers();
    for (const cookie of result.cookies) headers.append("Set-Cookie", cookie);
    return redirect(toLocalPath(form.next), { headers });
  },
);

export default function SecondStep() {
  const { next } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  return (
    <main className="mx-auto flex min-h-screen w-full max-w-sm flex-col justify-center px-4 py-12">
      <h1 className="text-title font-semibold tracking-tight">Enter your code</h1>
      <p className="mt-1 text-quiet">The code of your authenticator app, or one of your backup codes.</p>
      {answer?.problem && (
        <div className="mt-4">
          <Banner tone="critical" role="alert">
            {answer.problem}
          </Banner>
        </div>
      )}
      <Form method="post" className="mt-6 space-y-4">
        <input type="hidden" name="next" value={next} />
        <Field id="code" label="Code" name="code" autoComplete="one-time-code" required />
        <Button type="submit" variant="primary" disabled={busy} aria-busy={busy} className="w-full">
          Sign in
        </Button>
      </Form>
      <a href="/sign-in" className="mt-4 text-table text-quiet">
        Sign in as another person
      </a>
    </main>
  );
}
