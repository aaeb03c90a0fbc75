import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./child";

/** Debian's browsers. The one without windows takes a third less processor time. */
const shell = "/usr/bin/chromium-headless-shell";
const debian = [shell, "/usr/bin/chromium"];

/** The system's browser if there is one; undefined for the one that Playwright installs. */
export function findChromium(): string | undefined {
  return debian.find((file) => existsSync(file));
}

/** Makes sure that there is a browser: Debian's own when we may install it, Playwright's elsewhere. */
export async function installChromium(): Promise<{ ok: boolean; output: string }> {
  if (!existsSync(shell) && process.getuid?.() === 0 && (await isDebian())) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-qq"], { env });
    const { code, output } = await run("apt-get", ["install", "-y", "-qq", path.basename(shell)], { env });
    if (code === 0) return { ok: true, output };
  }
  if (findChromium()) return { ok: true, output: "" };
  const { code, output } = await run("node_modules/.bin/playwright", ["install", "chromium"]);
  return { ok: code === 0, output };
}

async function isDebian(): Promise<boolean> {
  return /^ID(_LIKE)?=.*debian/m.test(await readFile("/etc/os-release", "utf8").catch(() => ""));
}
