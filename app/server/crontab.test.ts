import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "~/platform/root.server";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";

// The README's line for cron, run as cron runs it (by a shell, with an empty environment; case 36), and the timer of systemd.

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

/** The file that the service reads too. */
async function writeEnvironment(): Promise<string> {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  const environment = path.join(folder, "parity.env");
  await writeFile(environment, `CRON_SECRET=${SECRET}\nAPP_URL=http://127.0.0.1:${port}\n`);
  return environment;
}

async function runLine(): Promise<{ output: string; command: string }> {
  const environment = await writeEnvironment();
  const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
  const [, line = ""] = /```crontab\n\*\/10 \* \* \* \* (.*)\n```/.exec(readme) ?? [];
  expect(readFileSync(path.join(ROOT, "docs/deploying.md"), "utf8")).toContain(line);
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

describe("with systemd", () => {
  const read = (file: string) => readFileSync(path.join(ROOT, "deploy", file), "utf8");

  /** Runs the unit's line as systemd does: with its environment file, and variables put in where they stand. */
  async function runUnit(): Promise<{ code: number | null; output: string }> {
    const [, line = ""] = /^ExecStart=(.*)$/m.exec(read("parity-cron.service")) ?? [];
    const script = `set -a; . "${await writeEnvironment()}"; set +a; ${line}`;
    const child = spawn("/usr/bin/env", ["-i", "/bin/sh", "-c", script]);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => {
        output += text;
      });
    const [code] = await once(child, "close");
    return { code, output };
  }

  it("the timer's service calls with the secret, and has failed when the call did", async () => {
    answer = { status: 200, body: '{"success":true}' };
    expect(await runUnit()).toEqual({ code: 0, output: '{"success":true}' });
    expect(asked).toEqual([{ url: "/api/cron/sync-payments?strict=1", authorization: `Bearer ${SECRET}` }]);
    answer = { status: 503, body: '{"success":false,"reason":"rate_limited"}' };
    const failed = await runUnit();
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain("rate_limited");
  });

  it("the units have nothing that systemd does not know", async () => {
    const names = readdirSync(path.join(ROOT, "deploy")).filter((name) => /\.(service|timer)$/.test(name));
    expect(names).toHaveLength(4);
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(folder, name);
        // Where this machine has Node. The account and the folder are those of a server.
        const text = read(name)
          .replace("/usr/bin/node", process.execPath)
          .replace(/^User=.*\n/m, "");
        await writeFile(file, text);
        return file;
      }),
    );
    // Without systemd only the names of the settings are compared.
    const known =
      /^(#.*|\[(Unit|Service|Timer|Install)\]|(Description|After|Wants|User|WorkingDirectory|EnvironmentFile|Environment|ExecStart|KillMode|TimeoutStopSec|Restart|RestartSec|NoNewPrivileges|ProtectSystem|ProtectHome|PrivateTmp|Type|OnCalendar|Persistent|WantedBy)=.+|)$/;
    for (const file of files)
      expect(
        readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => !known.test(line)),
      ).toEqual([]);
    const verified = spawnSync("systemd-analyze", ["verify", ...files], { encoding: "utf8" });
    if (verified.error) return;
    expect(verified.stderr.split("\n").filter((line) => line.includes(folder))).toEqual([]);
  });
});
