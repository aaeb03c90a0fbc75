import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { TriggerChoice } from "~/adopt/install.server";
import type { AdoptionTools } from "~/adopt/open-adoption.server";
import { pluralize } from "~/billing/words/counts";
import { type BareContext, defineBareCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line, Out } from "~/cli/out";
import { readErrorText } from "~/platform/errors.server";
import { maskText } from "~/platform/mask.server";
import { proposeMappingFile } from "./propose-file";

const FILE = "parity.mapping.yaml";
const ACTOR = "command line";

const answer = z
  .string()
  .regex(
    /^[\w.]+=/,
    "--answer is written as path=yes, path=no or path=value, with the path that the question names.",
  )
  .transform((text) => ({
    path: text.slice(0, text.indexOf("=")),
    typed: text.slice(text.indexOf("=") + 1),
  }));

const input = z
  .object({
    positionals: z.array(z.string()).max(0, "adopt takes no arguments, only options."),
    ...{ "database-url": z.string().optional(), file: z.string().default(FILE) },
    ...{ check: z.boolean().default(false), "show-sql": z.boolean().default(false) },
    ...{
      install: z.boolean().default(false),
      status: z.boolean().default(false),
      force: z.boolean().default(false),
    },
    ...{ json: z.boolean().default(false), answer: z.array(answer).default([]) },
    ...{ grants: z.boolean().default(false), role: z.string().min(1).max(63).optional() },
    ...{ "with-triggers": z.boolean().default(false), "without-triggers": z.boolean().default(false) },
  })
  .refine(
    (given) =>
      [given.check, given["show-sql"], given.install, given.status, given.grants].filter(Boolean).length <= 1,
    { error: "Give only one of --check, --show-sql, --install, --grants and --status." },
  )
  .refine((given) => given.install || !(given["with-triggers"] || given["without-triggers"]), {
    error: "--with-triggers and --without-triggers go with --install.",
  })
  .refine((given) => !(given["with-triggers"] && given["without-triggers"]), {
    error: "Give --with-triggers or --without-triggers, not both.",
  });
type Input = z.infer<typeof input>;

export const adopt = defineBareCommand({
  name: "adopt",
  usage: [
    ...[
      "adopt [--answer path=yes]",
      "adopt --check",
      "adopt --show-sql",
      "adopt --grants [--role parity_app]",
    ],
    ...["adopt --install [--with-triggers | --without-triggers]", "adopt --status"],
  ],
  summary: "put Parity on an application’s own tables: propose a mapping, check it, install it",
  help: [
    `Without an option the database is looked at, and a mapping is proposed in ${FILE}; nothing is written into it. Lines`,
    "with “# ?” in the file are for you to decide; exit code 3: there are some. In a terminal they are asked; elsewhere",
    "--answer access.by=yes answers one (yes, no, or a value as in the file). With STRIPE_SECRET_KEY the application’s",
    "words for statuses and plans are learned from what Stripe says of the same customers.",
    "--check: says what will not work, and tries every record in a transaction that is rolled back.",
    "--show-sql: prints the SQL that installing runs. --install: checks and installs, and turns writing off.",
    "--grants: prints what the owner of the database gives to a role, and no more. --with-triggers: also triggers in the",
    "application’s tables, so that a change in them is noticed at once and not by the next run; --without-triggers removes them.",
    `--file: another file than ${FILE}. --force: replace the file. --database-url: another database than DATABASE_URL.`,
  ],
  options: {
    ...{ "database-url": { type: "string" }, file: { type: "string" } },
    answer: { type: "string", multiple: true },
    ...{ check: { type: "boolean" }, "show-sql": { type: "boolean" } },
    ...{ grants: { type: "boolean" }, role: { type: "string" } },
    ...{ "with-triggers": { type: "boolean" }, "without-triggers": { type: "boolean" } },
    ...{ install: { type: "boolean" }, status: { type: "boolean" }, force: { type: "boolean" } },
  },
  input,
  run: (context, given) =>
    work(context, given).catch((error: unknown) => {
      // Neither a wrong address nor a refused key is a bug: the message says what to do.
      context.out.fail("failed", maskText(readErrorText(error)));
      return EXIT.failed;
    }),
});

async function work({ out, openAdoption, ask }: BareContext, given: Input): Promise<ExitCode> {
  const tools = openAdoption({
    databaseUrl: given["database-url"] ?? null,
    progress: (text) => out.progress(text),
  });
  if (tools === null) {
    out.fail("no_database", "Which database? Set DATABASE_URL, or give --database-url.");
    return EXIT.usage;
  }
  if (given.status) return showStatus(tools, out);
  if (!(given.check || given["show-sql"] || given.install || given.grants))
    return proposeMappingFile({ tools, out, ask: given.json ? null : ask }, given);
  const text = await readFile(given.file, "utf8").catch(() => null);
  if (text === null) {
    out.fail("no_file", `There is no file ${given.file}. Run parity adopt first, or give --file.`);
    return EXIT.usage;
  }
  if (given.check) return check(tools, out, text);
  if (given.grants) return showGrants(tools, out, { text, role: given.role ?? null });
  if (!given.install) return showSql(tools, out, text);
  const triggers = given["with-triggers"] ? "with" : given["without-triggers"] ? "without" : "as_they_are";
  return install(tools, out, { text, triggers });
}

type Report = Awaited<ReturnType<AdoptionTools["check"]>>;
const MARKS = {
  ok: { text: "ok", tone: "right" },
  note: { text: "note", tone: "medium" },
  problem: { text: "mend", tone: "critical" },
} as const;

const formatReport = ({ checks }: Report): Line[] =>
  checks.map(({ level, about, text }): Line => [MARKS[level], about, text]);

async function check(tools: AdoptionTools, out: Out, text: string): Promise<ExitCode> {
  const facts = await tools.readFacts();
  const report = await tools.check(text, facts);
  out.answer(report, () => [
    ...formatReport(report),
    ...(facts
      ? []
      : ["Stripe was not asked (no STRIPE_SECRET_KEY), so that the words were not compared with it."]),
    report.problems === 0
      ? "The mapping can be installed. Next: npm run parity -- adopt --install"
      : `${pluralize(report.problems, "problem")} to mend before it can be installed.`,
  ]);
  return report.problems > 0 ? EXIT.mismatches : EXIT.done;
}

async function showSql(tools: AdoptionTools, out: Out, text: string): Promise<ExitCode> {
  const shown = await tools.show(text);
  if ("report" in shown) {
    out.answer(shown.report, () => formatReport(shown.report));
    return EXIT.mismatches;
  }
  out.answer(shown, () => shown.sql.split("\n"));
  return EXIT.done;
}

async function showGrants(
  tools: AdoptionTools,
  out: Out,
  { text, role }: { text: string; role: string | null },
): Promise<ExitCode> {
  const shown = await tools.grants(text, role);
  if ("report" in shown) {
    out.answer(shown.report, () => formatReport(shown.report));
    return EXIT.mismatches;
  }
  out.answer(shown, () => shown.grants);
  return EXIT.done;
}

async function install(
  tools: AdoptionTools,
  out: Out,
  { text, triggers }: { text: string; triggers: TriggerChoice },
): Promise<ExitCode> {
  const installed = await tools.install(text, ACTOR, triggers);
  if (installed.outcome === "not_migrated") {
    out.fail("not_migrated", "Parity’s own tables are not there yet. Run: npm run db:migrate");
    return EXIT.failed;
  }
  const { outcome, report } = installed;
  if (outcome === "refused") {
    out.answer({ outcome, ...report }, () => [
      ...formatReport(report),
      `Nothing was installed: ${pluralize(report.problems, "problem")} to mend.`,
    ]);
    return EXIT.mismatches;
  }
  const { changes, isSame } = installed;
  out.answer({ outcome, isSame, changes, ...report }, () => [
    ...formatReport(report),
    isSame ? "This mapping was installed already." : "The mapping is installed. Writing is off.",
    ...changes.map((change): Line => ["", change]),
    "Next: npm run parity -- sync --all   (a preview; it writes nothing)",
  ]);
  return EXIT.done;
}

async function showStatus(tools: AdoptionTools, out: Out): Promise<ExitCode> {
  const status = await tools.status();
  out.answer(status, () => {
    if (status.is === "not_migrated")
      return ["Parity’s own tables are not there yet. Run: npm run db:migrate"];
    if (status.is === "not_mapped") return ["No mapping is installed. Run: npm run parity -- adopt"];
    const origin = status.isDefault ? "the mapping that comes with Parity" : "a mapping file";
    return [
      `${pluralize(status.owners, "owner")} through ${origin}, installed ${status.installedAt} by ${status.installedBy}.`,
    ];
  });
  return status.is === "mapped" && status.owners > 0 ? EXIT.done : EXIT.mismatches;
}
