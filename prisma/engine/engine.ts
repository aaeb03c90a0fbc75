import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import { createSchemaEngineDatabase } from "./pg-adapter";

const resolve = createRequire(import.meta.url).resolve;
let compiled: Promise<typeof import("@prisma/schema-engine-wasm/schema_engine_bg")> | undefined;

/** The message of the engine's last panic. A panic leaves the engine unusable, so there is at most one. */
export const panic = { message: "" };

/**
 * Prisma's schema engine, from the WebAssembly build that Prisma publishes on npm. For development and tests only:
 * `prisma migrate dev`, `generate`, and the comparison of the schema with the migrations. The native engine would be
 * downloaded from another host on first use, which fails behind a firewall. Close it when done.
 */
export async function openSchemaEngine(options: {
  url: string;
  datamodels?: [path: string, content: string][];
}): Promise<{ engine: SchemaEngine; close(): Promise<void> }> {
  compiled ??= compile();
  const { SchemaEngine } = await compiled;
  const database = createSchemaEngineDatabase(options.url);
  try {
    const adapters = bindMigrationAwareSqlAdapterFactory(database);
    const engine = await SchemaEngine.new({ datamodels: options.datamodels }, () => {}, adapters);
    return { engine, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The version of the engine. */
export async function readSchemaEngineVersion(): Promise<string> {
  compiled ??= compile();
  return (await compiled).version();
}

async function compile() {
  const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const folder = path.dirname(resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const bytes = await readFile(path.join(folder, "schema_engine_bg.wasm"));
  const imports = { "./schema_engine_bg.js": { ...glue } };
  const { instance } = await WebAssembly.instantiate(bytes, imports as unknown as WebAssembly.Imports);
  const { __wbg_set_wasm: setWasm } = glue as unknown as { __wbg_set_wasm(exports: unknown): void };
  setWasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        panic.message = message;
      },
    },
  });
  return glue;
}
