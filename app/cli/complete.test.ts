import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "~/cli/run-command";
import { DECISION_KINDS, type DecisionKind } from "~/engine/decisions/kinds";
import { ROOT } from "~/platform/root.server";

// An operator on call has no browser: the command line does everything that the dashboard does.

const REASON = "--reason text";

/** How each decision is made on the command line. The compiler asks for every one. */
const DECISIONS: Record<DecisionKind, string> = {
  hold: `hold u1 ${REASON}`,
  release: `release u1 ${REASON}`,
  give_comp: `comp u1 army --until 2027-01-31 ${REASON}`,
  end_comp: `comp u1 --end ${REASON}`,
  acknowledge: `acknowledge u1 ${REASON}`,
  end_acknowledgement: `acknowledge u1 --end ${REASON}`,
  confirm_link: `link u1 cus_1 ${REASON}`,
  reject_link: `reject u1 cus_1 ${REASON}`,
  link_payer: `payer cus_1 --link u1 ${REASON}`,
  settle_conflict: `link u1 cus_1 --settle ${REASON}`,
  payer_not_ours: `payer cus_1 --not-ours ${REASON}`,
  payer_ours: `payer cus_1 --ours ${REASON}`,
  map_price: `plans map price_1 army ${REASON}`,
  ignore_price: `plans ignore price_1 ${REASON}`,
  unmap_price: `plans unmap price_1 ${REASON}`,
  set_plan: `plans set army --name Army --seats 5 ${REASON}`,
  revoke: `revoke u1 ${REASON}`,
  override: `revoke u1 --override ${REASON}`,
  undo_change: `undo change 1 ${REASON}`,
  undo_run: `undo run r1 ${REASON}`,
  undo_decision: `undo decision 1 ${REASON}`,
};

/** What else a person presses in the dashboard, by folder of its route and intent; or why only a browser has it. */
const INTENTS: Record<string, string | { onlyThere: string }> = {
  "_staff.alerts test": "alerts test",
  "_staff.alerts mute": `alerts mute cron_silent ${REASON}`,
  "_staff.alerts unmute": "alerts unmute cron_silent",
  "_staff.team invite": "staff invite --email a@example.com --role viewer",
  "_staff.team withdraw": "staff withdraw a@example.com",
  "_staff.team role": "staff role a@example.com admin",
  "_staff.team remove": "staff remove a@example.com",
  "_staff.team end-sessions": "staff end-sessions a@example.com",
  "_staff.team remove-second-factor": "staff reset-second-factor a@example.com",
  "_staff.team new-password": "staff new-password a@example.com",
  "_staff.runs.$runId apply": "sync --all --apply",
  "_staff.runs.$runId cancel": "runs cancel r1",
  "_staff.users._index preview": "sync --all --read",
  "_staff/user sync": "sync u1",
  "_staff/user preview": "status u1",
  "_staff.decisions preview": "hold u1 --preview",
  "_staff.decisions decide": `hold u1 ${REASON}`,
  "users.views save": { onlyThere: "a view is how one browser shows a list" },
  "users.views remove": { onlyThere: "a view is how one browser shows a list" },
  ...Object.fromEntries(
    [
      ...["password", "start-second-factor", "confirm-second-factor"],
      ...["remove-second-factor", "end-session", "sign-out-everywhere"],
    ].map((intent) => [
      `_staff.account ${intent}`,
      { onlyThere: "the account of the person who is signed in" },
    ]),
  ),
  "workspace.$workspaceId buy": { onlyThere: "the customer pays" },
  "workspace.$workspaceId manage": { onlyThere: "the customer pays" },
};

function findProblem(line: string): string | null {
  const [name, ...args] = line.split(" ");
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) return `There is no command ${name}`;
  const options = { ...command.options, json: { type: "boolean" as const } };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
  const prepared = command.prepare({ values: { ...values }, positionals });
  return prepared.ok ? null : prepared.message;
}

function readFiles(folder: string, pattern: RegExp): { file: string; text: string }[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => pattern.test(file) && !/\.test\.tsx?$/.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, folder, file), "utf8") }));
}

describe("the command line", () => {
  const commands = readFiles("app/cli/commands", /\.ts$/)
    .map(({ text }) => text)
    .join("\n");

  it.each(DECISION_KINDS)("makes the decision %s", (kind) => {
    expect(findProblem(DECISIONS[kind])).toBeNull();
    expect(commands).toMatch(new RegExp(`"${kind}"`));
  });

  it.each(Object.entries(INTENTS).filter(([, line]) => typeof line === "string"))(
    "does %s: %s",
    (_, line) => {
      expect(findProblem(String(line))).toBeNull();
    },
  );

  it("knows every button of the dashboard", () => {
    const found = readFiles("app/routes", /\.tsx?$/).flatMap(({ file, text }) =>
      [...text.matchAll(/intent: z\.(?:enum\(\[([^\]]*)\]|literal\(([^)]*)\))/g)].flatMap(
        ([, several, one]) =>
          [...(several ?? one ?? "").matchAll(/"([a-z-]+)"/g)].map(
            ([, intent]) => `${path.dirname(file)} ${intent}`,
          ),
      ),
    );
    expect(new Set(found)).toEqual(new Set(Object.keys(INTENTS)));
  });
});
