import { Link } from "@remix-run/react";
import type { AlertMute } from "~/dashboard/alerts/alerts.server";
import { ALERTS, formatAlertMoney } from "~/dashboard/alerts/catalogue";
import type { AlertRow } from "~/dashboard/alerts/state.server";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";

/** Alerts with since when, what, and the list behind it. */
export function AlertList({ alerts, mutes }: { alerts: AlertRow[]; mutes: AlertMute[] }) {
  return (
    <ul className="text-table">
      {alerts.map((alert) => (
        <AlertLine key={alert.id} alert={alert} isMuted={mutes.some(({ kind }) => kind === alert.kind)} />
      ))}
    </ul>
  );
}

function AlertLine({ alert, isMuted }: { alert: AlertRow; isMuted: boolean }) {
  const { kind, since, facts, sentAt, resolvedAt, failure } = alert;
  const isOpen = resolvedAt === null;
  const tone = isOpen ? "critical" : "right";
  const sentence = ALERTS[kind].describe(facts);
  return (
    <li className="flex gap-3 border-b border-line py-3">
      <span className={`mt-1 ${toneText[tone]}`}>
        <Shape tone={tone} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          {isOpen ? sentence.replace(/\.$/, "") : ALERTS[kind].label}
          {isOpen && <span className="font-normal text-quiet tabular-nums">{formatAlertMoney(facts)}</span>}
        </p>
        {isOpen && <Details details={facts.details.filter((detail) => detail !== sentence)} />}
        <p className="mt-0.5 text-quiet">
          since <Time at={since} as="moment" />
          {isOpen ? (
            <> ({<Time at={since} as="length" />})</>
          ) : (
            <>
              {" "}
              · over <Time at={resolvedAt} />
            </>
          )}
          {" · "}
          {isMuted && isOpen ? (
            "muted"
          ) : sentAt === null ? (
            "not sent"
          ) : (
            <>
              sent <Time at={sentAt} />
            </>
          )}
        </p>
        {failure && isOpen && <p className="mt-0.5 text-high">Not sent: {failure} It is tried again.</p>}
      </div>
      {isOpen && (
        <Link to={ALERTS[kind].path} className="shrink-0 self-start rounded text-accent hover:underline">
          {kind === "run_failed" ? "Runs" : ALERTS[kind].path.startsWith("/users") ? "View users" : "View"}
          <span className="sr-only">: {ALERTS[kind].label}</span>
        </Link>
      )}
    </li>
  );
}

/** Sentences one below the other; ids of users in one line. */
function Details({ details }: { details: string[] }) {
  if (details.length === 0) return null;
  if (details.every((detail) => !detail.includes(" ")))
    return <p className="mt-0.5 break-words text-quiet">{details.join(", ")}</p>;
  return (
    <ul className="mt-0.5 text-quiet">
      {details.map((detail) => (
        <li key={detail} className="break-words">
          {detail}
        </li>
      ))}
    </ul>
  );
}
