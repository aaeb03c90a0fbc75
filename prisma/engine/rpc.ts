import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import { z } from "zod";
import { isDatabaseCommand, runDatabaseCommand } from "./database-command";
import { openSchemaEngine, panic, readSchemaEngineVersion } from "./engine";

/** `generate`, `validate` and `format` need no database, but the engine needs a URL. */
const UNUSED_URL = "postgresql://127.0.0.1:1/none";
const request = z.object({
  id: z.unknown().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
});
const errorFields = z.object({
  message: z.string().catch("unknown error"),
  code: z.string().optional().catch(undefined),
  meta: z.unknown().optional(),
});

/**
 * The program that the Prisma CLI starts as its schema engine: JSON-RPC 2.0 on the standard streams, one message per line,
 * and `cli <command>` for the few checks before that. Returns the exit code.
 */
export async function serveSchemaEngine(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    strict: false,
    allowPositionals: true,
    options: {
      version: { type: "boolean", short: "V" },
      datasource: { type: "string" },
      datamodels: { type: "string", multiple: true },
    },
  });
  if (values.version) {
    process.stdout.write(`schema-engine-wasm ${await readSchemaEngineVersion()}\n`);
    return 0;
  }
  const url = readDatasourceUrl(values.datasource);
  const cli = positionals.indexOf("cli");
  if (cli >= 0) return answerCommand(positionals[cli + 1], url);

  const files = (values.datamodels ?? []).filter((file) => typeof file === "string");
  const datamodels = await Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, "utf8")]),
  );
  await answerRequests(() =>
    openSchemaEngine({ url, datamodels: datamodels.length > 0 ? datamodels : undefined }),
  );
  return 0;
}

function readDatasourceUrl(datasource: unknown): string {
  if (typeof datasource !== "string") return UNUSED_URL;
  const { url } = z.object({ url: z.string().optional() }).parse(JSON.parse(datasource));
  return url || UNUSED_URL;
}

async function answerCommand(command: string | undefined, url: string): Promise<number> {
  const answer = isDatabaseCommand(command)
    ? await runDatabaseCommand(command, url)
    : { ok: false as const, code: "P1000", message: `unknown command ${command}` };
  if (answer.ok) return 0;
  const fields = { message: answer.message, error_code: answer.code, is_panic: false };
  const target = "schema_engine::logger";
  const line = JSON.stringify({ timestamp: new Date().toISOString(), level: "ERROR", fields, target });
  process.stderr.write(`schema engine\n${line}`); // The CLI skips the first line, and no line may follow the last.
  return 1;
}

async function answerRequests(open: () => ReturnType<typeof openSchemaEngine>): Promise<void> {
  let opened: ReturnType<typeof openSchemaEngine> | undefined;
  let printed = 1_000_000; // Ids of our own requests to the CLI, in another range than the ids of the CLI.
  const send = (message: object) =>
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const { id, method, params } = request.parse(JSON.parse(line));
    if (!method) continue; // The CLI's answer to our own `print` request.
    try {
      opened ??= open();
      const result = await call((await opened).engine, method, params);
      const { stdout } = z.object({ stdout: z.string().nullish() }).catch({}).parse(result);
      if (stdout) send({ id: ++printed, method: "print", params: { content: stdout } });
      send({ id, result: result ?? null });
    } catch (error) {
      send({ id, error: toRpcError(error) });
    }
  }
  await opened?.then(({ close }) => close()).catch(() => {}); // The CLI has its answer already.
}

async function call(engine: SchemaEngine, method: string, params: unknown): Promise<unknown> {
  const name = method === "getDatabaseVersion" ? "version" : method;
  const implementation: unknown = Reflect.get(engine, name);
  if (typeof implementation !== "function") throw new Error(`The schema engine has no method ${method}`);
  return implementation.call(engine, params);
}

function toRpcError(error: unknown) {
  const { message, code, meta } = errorFields.parse(
    error instanceof Object ? error : { message: String(error) },
  );
  const text = panic.message || message;
  const data = { is_panic: panic.message !== "", message: text, error_code: code ?? "", meta: meta ?? {} };
  return { code: 4466, message: text, data };
}
