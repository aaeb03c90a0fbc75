import { Form } from "@remix-run/react";
import { Button } from "~/ui/button";
import { Field } from "~/ui/field";
import { Section } from "~/ui/section";
import { SectionAnswer } from "./section-answer";

type SetUp = { uri: string; key: string; backupCodes: string[] };

type SecondFactorProps = { hasSecondFactor: boolean; problem?: string; done?: string; setUp?: SetUp };

/** Adds and removes the authenticator app as second factor. */
export function SecondFactorSection({ hasSecondFactor, setUp, ...answer }: SecondFactorProps) {
  return (
    <Section title="Second factor">
      <SectionAnswer {...answer} />
      {setUp ? <Confirm setUp={setUp} /> : <Change hasSecondFactor={hasSecondFactor} />}
    </Section>
  );
}

function Change({ hasSecondFactor }: { hasSecondFactor: boolean }) {
  const intent = hasSecondFactor ? "remove-second-factor" : "start-second-factor";
  return (
    <>
      <p className="mt-2 text-quiet">
        {hasSecondFactor
          ? "Signing in asks for a code of your authenticator app."
          : "With an authenticator app, a stolen password alone is not enough to sign in."}
      </p>
      <Form method="post" className="mt-3 max-w-sm space-y-4">
        <input type="hidden" name="intent" value={intent} />
        <Field
          id="factor-password"
          label="Your password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
        />
        <Button type="submit" variant={hasSecondFactor ? "danger" : "secondary"}>
          {hasSecondFactor ? "Remove second factor" : "Add authenticator app"}
        </Button>
      </Form>
    </>
  );
}

function Confirm({ setUp }: { setUp: SetUp }) {
  return (
    <div className="mt-3 space-y-4">
      <p>
        Enter this key in your authenticator app, or <a href={setUp.uri}>open the app on this device</a>:
      </p>
      <p>
        <code id="second-factor-key" className="text-lead break-all select-all">
          {setUp.key}
        </code>
      </p>
      <p>Keep these codes in a safe place. Each of them replaces one code, when the app is lost:</p>
      <ul id="backup-codes" className="grid max-w-sm grid-cols-2 gap-1">
        {setUp.backupCodes.map((code) => (
          <li key={code}>
            <code className="select-all">{code}</code>
          </li>
        ))}
      </ul>
      <Form method="post" className="max-w-sm space-y-4">
        <input type="hidden" name="intent" value="confirm-second-factor" />
        <Field
          id="code"
          label="Code of the app"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
        />
        <Button type="submit" variant="primary">
          Confirm
        </Button>
      </Form>
    </div>
  );
}
