import type pg from "pg";
import { explainTrouble, findDatabaseTrouble } from "~/platform/database/trouble.server";
import { readErrorText } from "~/platform/errors.server";
import { maskText } from "~/platform/mask.server";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import { DOCTOR_CHECKS } from "./catalogue.server";
import {
  type DoctorCheck,
  type DoctorContext,
  type DoctorGroup,
  type Finding,
  problem,
  unknown,
} from "./check";

export type CheckedPart = { id: string; group: DoctorGroup; title: string; found: Finding[] };

export type DoctorReport = {
  /** How many need a person: problems, warnings, and what could not be looked at because something failed. */
  findings: number;
  /** How much is not known. */
  unknown: number;
  checks: CheckedPart[];
};

/** How long one check may take: Stripe has 8 seconds for an answer. Milliseconds. */
const CHECK_MS = 12_000;
/** A statement of the doctor's never holds up the application's database. */
const STATEMENT_TIMEOUT = "8s";

/** `stripe`: only what asks Stripe. `rest`: everything else. */
export type DoctorPart = "all" | "stripe" | "rest";

type Connection = { ok: true; client: pg.Client } | { ok: false; found: Finding[] };

/**
 * Looks at everything in the catalogue. A check that fails or takes too long is said to be not known, and the others are made
 * all the same. Writes nothing.
 */
export async function examine(
  context: DoctorContext,
  part: DoctorPart = "all",
  timeoutMs = CHECK_MS,
): Promise<DoctorReport> {
  const checks = DOCTOR_CHECKS.filter(
    ({ needs }) => part === "all" || (needs === "stripe") === (part === "stripe"),
  );
  const { databaseUrl } = context.surroundings;
  const failures = { count: 0 };
  const look = async (connection: Connection) => {
    const around = { context, connection, timeoutMs, failures };
    // The checks on the database share a connection, which answers one question at a time.
    let turn: Promise<unknown> = Promise.resolve();
    return Promise.all(
      checks.map((check) => {
        if (check.needs !== "database") return lookAt(check, around);
        const looking = turn.then(() => lookAt(check, around));
        turn = looking;
        return looking;
      }),
    );
  };
  const found =
    databaseUrl === null || part === "stripe"
      ? await look({ ok: false, found: [] })
      : await connect(databaseUrl, look);
  const all = found.flatMap((one) => one.found);
  const count = (...levels: string[]) => all.filter(({ level }) => levels.includes(level)).length;
  return {
    findings: count("problem", "warning") + failures.count,
    unknown: count("unknown"),
    checks: found,
  };
}

/** One connection for all checks, and none of it is left. */
async function connect<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  let isOpen = false;
  try {
    return await withPgClient(url, async (client) => {
      await client.query(`SET statement_timeout = '${STATEMENT_TIMEOUT}'`);
      isOpen = true;
      return work({ ok: true, client });
    });
  } catch (error) {
    if (isOpen) throw error;
    const trouble = findDatabaseTrouble(error);
    const said = maskText(readErrorText(error));
    const text = trouble === null ? `It cannot be used: ${said}` : `It cannot be used (${said}).`;
    const remedy = trouble === null ? "Check DATABASE_URL." : explainTrouble(trouble);
    return work({ ok: false, found: [problem(text, remedy)] });
  }
}

type Around = {
  context: DoctorContext;
  connection: Connection;
  timeoutMs: number;
  failures: { count: number };
};

async function lookAt(check: DoctorCheck, around: Around): Promise<CheckedPart> {
  const { id, group, title } = check;
  return { id, group, title, found: await find(check, around) };
}

async function find(check: DoctorCheck, around: Around): Promise<Finding[]> {
  const { context, connection, timeoutMs, failures } = around;
  const looking = startLook(check, around);
  if (Array.isArray(looking)) return looking;
  try {
    const found = await withTimeout(looking, timeoutMs);
    if (found !== TIMED_OUT) return found;
    failures.count += 1;
    return [
      unknown(`Not known: there was no answer within ${timeoutMs / 1000} seconds.`, "Look again later."),
    ];
  } catch (error) {
    context.log.error({ err: error, check: check.id }, "doctor check failed");
    failures.count += 1;
    const said = connection.ok ? maskText(readErrorText(error)) : "the database cannot be used";
    return [unknown(`Not known: ${said}`, "Mend this, or look into the log, which says more.")];
  }
}

const NOT_OPENED = "Not looked at: Parity could not be opened.";

/** The findings at once, where what the check needs is not there. */
function startLook(check: DoctorCheck, { context, connection }: Around): Promise<Finding[]> | Finding[] {
  switch (check.needs) {
    case "nothing":
      return check.look(context);
    case "database":
      if (connection.ok) return check.look(connection.client, context);
      if (check.id === "database" && connection.found.length > 0) return connection.found;
      return [unknown("Not looked at: the database cannot be used.", null)];
    default:
      return context.installed === null
        ? [unknown(NOT_OPENED, null)]
        : check.look(context.installed, context);
  }
}
