#!/usr/bin/env node
// The Prisma CLI starts this file in place of the schema engine that it would download. See prisma.config.ts.
import { register } from "tsx/esm/api";

register();
const { serveSchemaEngine } = await import("./rpc.ts");
process.exit(await serveSchemaEngine(process.argv.slice(2)));
