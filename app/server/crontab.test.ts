import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ROOT } from "~/platform/root.server";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";

// The README's line for cron, run as cron runs it: by a shell, with an empty environment (case 36).

const SECRET = "3b1f5f0d8a5e4c7a";
let folder: string;
let asked: { url: string; authorization: string | undefined }[];
let answer = { status: 200, body: '{"success":true}' };
const server = createServer((request, response) => {
  asked.push({ url: request.url ?? "", authorization: request.headers.authorization });
  response.writeHead(answer.status).end(answer.body);
});

beforeEach(async () => {
  folder = await makeTestFolder();
  asked = [];
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await removeTestFolder(folder);
});

async function runLine(): Promise<{ output: string; command: string }> {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  const environment = path.join(folder, "parity.env");
  await writeFile(environment, `CRON_SECRET=${SECRET}\nAPP_URL=http://127.0.0.1:${port}\n`);
  const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
  const [, line = ""] = /```crontab\n\*\/10 \* \* \* \* (.*)\n```/.exec(readme) ?? [];
  const command = line.replace("/etc/parity.env", environment);
  const output = await new Promise<string>((resolve) => {
    // cron gives a program nothing but these.
    const given = ["PATH=/usr/bin:/bin", "SHELL=/bin/sh", `HOME=${folder}`, "LOGNAME=parity"];
    execFile("/usr/bin/env", ["-i", ...given, "/bin/sh", "-c", command], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  return { output, command };
}

it("calls with the secret, and prints nothing when everything succeeded", async () => {
  answer = { status: 200, body: '{"success":true}' };
  const { output, command } = await runLine();
  expect(output).toBe("");
  expect(asked).toEqual([{ url: "/api/cron/sync-payments?strict=1", authorization: `Bearer ${SECRET}` }]);
  // In a crontab this is the end of the line.
  expect(command).not.toContain("%");
});

it("prints what went wrong, which cron mails", async () => {
  answer = { status: 503, body: '{"success":false,"reason":"database_read_only"}' };
  const { output } = await runLine();
  expect(output).toContain("503");
  expect(output).toContain("database_read_only");
});
