import { Form } from "@remix-run/react";
import type { OwnSession } from "~/auth/own-account.server";
import { Button } from "~/ui/button";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";
import { SectionAnswer } from "./section-answer";

/** The sessions of the own account, each of which can be ended. */
export function SessionsSection({ sessions, done }: { sessions: OwnSession[]; done?: string }) {
  return (
    <Section title="Sessions">
      <SectionAnswer done={done} />
      <ul aria-label="Your sessions" className="text-table">
        {sessions.map(({ id, browser, address, startedAt, lastSeenAt, isThis }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5">
            <span className="min-w-0 flex-1 basis-64">
              <span className="font-medium">{browser}</span>
              {isThis && <span className="ml-1.5 text-small font-medium text-accent">this session</span>}
              <span className="block text-quiet">
                {address && <>{address} · </>}
                since <Time at={startedAt} as="moment" />
                {!isThis && (
                  <>
                    {" "}
                    · last seen <Time at={lastSeenAt} />
                  </>
                )}
              </span>
            </span>
            {!isThis && (
              <Form method="post">
                <input type="hidden" name="intent" value="end-session" />
                <input type="hidden" name="sessionId" value={id} />
                <Button type="submit" size="small" aria-label={`End the session of ${browser}`}>
                  End session
                </Button>
              </Form>
            )}
          </li>
        ))}
      </ul>
      <p className="mt-3 text-quiet">Ends your sessions in all browsers, also in this one:</p>
      <Form method="post" className="mt-2">
        <input type="hidden" name="intent" value="sign-out-everywhere" />
        <Button type="submit">Sign out everywhere</Button>
      </Form>
    </Section>
  );
}
