import { startEmbeddedPostgres } from "../embedded.server";

// A process that starts a PostgreSQL in the folder of its argument, says where, and stays until it is killed.
const [dir = ""] = process.argv.slice(2);
const { url } = await startEmbeddedPostgres({ dir, fast: true });
process.stdout.write(`${url}\n`);
setInterval(() => {}, 1_000);
