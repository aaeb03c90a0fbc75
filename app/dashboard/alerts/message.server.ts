import { maskText } from "~/platform/mask.server";
import { toOneLine } from "~/platform/plain-text";
import { ALERTS, type AlertFacts, type AlertKind, formatAlertMoney } from "./catalogue";

/** What is posted: `text` for Slack and what is compatible with it, the rest for programs. */
export type AlertMessage = {
  text: string;
  alert: {
    kind: AlertKind | "test";
    state: "open" | "repeated" | "resolved" | "test";
    title: string;
    /** ISO 8601; null for a test. */
    since: string | null;
    count: number;
    money: AlertFacts["money"];
    details: string[];
    url: string;
  };
  parity: { url: string; account: string | null };
};

type Input = {
  kind: AlertKind;
  state: "open" | "repeated" | "resolved";
  /** Epoch seconds. */
  since: number;
  facts: AlertFacts;
  /** Email addresses by user id; null where the settings do not allow them in a message. */
  addresses: ReadonlyMap<string, string> | null;
  appUrl: string;
  account: string | null;
};

const PREFIXES = { open: "Parity", repeated: "Parity, still", resolved: "Parity, resolved" };

/** A message about an alert. Without leave no email address is in it, whatever text it came in with. */
export function buildAlertMessage(input: Input): AlertMessage {
  const { kind, state, since, facts, addresses, appUrl, account } = input;
  const entry = ALERTS[kind];
  const details = facts.details.map((detail) => {
    const address = addresses?.get(detail);
    return toOneLine(address === undefined ? maskText(detail) : `${detail} (${address})`);
  });
  const isOver = state === "resolved";
  const title = toOneLine(maskText(isOver ? entry.resolved : entry.describe(facts)));
  const rest = isOver ? [] : details.filter((detail) => detail !== title);
  const url = `${appUrl}${entry.path}`;
  const lines = [
    `${PREFIXES[state]}: ${title}${isOver ? "" : formatAlertMoney(facts)}`,
    ...rest.map((line) => `• ${line}`),
  ];
  return {
    text: `${escapeForSlack(lines.join("\n"))}\n${url}`,
    alert: {
      kind,
      state,
      title,
      since: new Date(since * 1000).toISOString(),
      count: facts.count,
      money: facts.money,
      details: rest,
      url,
    },
    parity: { url: appUrl, account },
  };
}

/** A message that says only that messages arrive. */
export function buildTestMessage(by: string, appUrl: string, account: string | null): AlertMessage {
  const title = `This is a test, sent by ${toOneLine(by)}. Alerts arrive here.`;
  const url = `${appUrl}/alerts`;
  return {
    text: `${escapeForSlack(`Parity: ${title}`)}\n${url}`,
    alert: { kind: "test", state: "test", title, since: null, count: 0, money: [], details: [], url },
    parity: { url: appUrl, account },
  };
}

/** Slack's own marks: `<!channel>` in a name must call no one. */
const escapeForSlack = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
