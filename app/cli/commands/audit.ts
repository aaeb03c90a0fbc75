import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { renderPage } from "~/audit/page/page";
import { maskReport } from "~/audit/report/mask-report";
import { runAudit } from "~/audit/run-audit.server";
import { openCsvSource } from "~/audit/source/csv-source.server";
import { openDatabaseSource } from "~/audit/source/database-source.server";
import { AuditError, type Source } from "~/audit/source/source";
import { formatReportCsv } from "~/cli/audit/report-csv";
import { toReportLines } from "~/cli/audit/report-lines";
import { type BareContext, defineBareCommand, EXIT, type ExitCode } from "~/cli/command";

const file = z.string().min(1, "Name a file.");
const input = z
  .object({
    positionals: z.array(z.string()).max(0, "audit takes options only: --users FILE, or --database-url URL."),
    "database-url": z
      .string()
      .regex(/^postgres(ql)?:\/\//, "--database-url must begin with postgresql://")
      .optional(),
    mapping: file.optional(),
    users: file.optional(),
    subscriptions: file.optional(),
    column: z.array(z.string()).default([]),
    encoding: z.string().optional(),
    csv: file.optional(),
    html: file.optional(),
    mask: z.boolean().default(false),
    sandbox: z.boolean().default(false),
  })
  .refine((given) => (given.users === undefined) !== (given["database-url"] === undefined), {
    error: "Name what to look at: --users FILE, or --database-url URL with --mapping FILE.",
  })
  .refine((given) => given["database-url"] !== undefined || given.mapping === undefined, {
    error: "--mapping needs --database-url: the columns of a file are named with --column.",
  })
  .refine(
    (given) =>
      given.users !== undefined || (!given.subscriptions && given.column.length === 0 && !given.encoding),
    {
      error: "--subscriptions, --column and --encoding need --users.",
    },
  );
type Input = z.output<typeof input>;

export const audit = defineBareCommand({
  name: "audit",
  usage: [
    "audit --database-url postgresql://readonly@… --mapping parity.mapping.yaml",
    "audit --users users.csv [--subscriptions subscriptions.csv] [--column customer=stripe_id]",
  ],
  summary: "compare any application with Stripe; nothing is installed and nothing is written",
  help: [
    "Reads the owners and what is recorded of them, reads Stripe with the read-only key of STRIPE_SECRET_KEY, and says who paid and is",
    "locked out, who has access without paying, which plans differ, and which payers no user claims.",
    "A database is read in one transaction that may only read. Columns of files are recognized by their names and values; others are",
    "named with --column field=column. Files are UTF-8 unless --encoding says otherwise.",
    "--csv FILE, --html FILE: write the result to a file too. --mask: without e-mail addresses. --sandbox: the demo's Stripe.",
    "Exit code 3: something is wrong.",
  ],
  options: {
    ...{ "database-url": { type: "string" }, mapping: { type: "string" }, users: { type: "string" } },
    ...{
      subscriptions: { type: "string" },
      column: { type: "string", multiple: true },
      encoding: { type: "string" },
    },
    ...{
      csv: { type: "string" },
      html: { type: "string" },
      mask: { type: "boolean" },
      sandbox: { type: "boolean" },
    },
  },
  input,
  run: async (context, given) => {
    try {
      return await runCommand(context, given);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      context.out.fail("audit", error.message);
      return EXIT.failed;
    }
  },
});

const readNow = () => Math.floor(Date.now() / 1000);

async function runCommand(context: BareContext, given: Input): Promise<ExitCode> {
  const { out, signal } = context;
  const source = await openSource(given);
  try {
    const opened = await context.openWorkplace({ sandbox: given.sandbox });
    if (!opened.ok) throw new AuditError(opened.message);
    try {
      const { workplace } = opened;
      const found = await runAudit({
        source,
        workplace,
        signal,
        now: readNow,
        progress: (text) => out.progress(text),
      });
      const report = given.mask ? maskReport(found) : found;
      if (given.csv !== undefined) await write(given.csv, formatReportCsv(report));
      if (given.html !== undefined) await write(given.html, renderPage(report));
      out.answer(report, () => toReportLines(report));
      return report.isWrong ? EXIT.mismatches : EXIT.done;
    } finally {
      out.progress(null);
      await opened.close();
    }
  } finally {
    await source.close();
  }
}

async function openSource(given: Input): Promise<Source> {
  const { users, subscriptions = null, column: columns, encoding = null } = given;
  if (users !== undefined) return openCsvSource({ users, subscriptions, columns, encoding });
  const mapping = given.mapping === undefined ? null : await read(given.mapping);
  return openDatabaseSource({ url: given["database-url"] ?? "", mapping });
}

const describeCode = (error: unknown) =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

const read = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: unknown) => {
    throw new AuditError(`${path} cannot be read (${describeCode(error)}).`);
  });

/** Only for the person who asked: it holds addresses. */
const write = (path: string, text: string): Promise<void> =>
  writeFile(path, text, { mode: 0o600 }).catch((error: unknown) => {
    throw new AuditError(`${path} cannot be written (${describeCode(error)}).`);
  });
