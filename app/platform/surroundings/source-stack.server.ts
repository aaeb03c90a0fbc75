import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ROOT } from "~/platform/root.server";

const FRAME = /(file:\/\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/** Unlike Node's types say, an entry has no source where a map names none: code that was bundled before, as the pages are. */
const origin = z.object({ originalSource: z.string(), originalLine: z.number(), originalColumn: z.number() });

/** Reading a map takes some tens of milliseconds, so it is read once, and only when an error is logged. */
const maps = new Map<string, SourceMap | null>();

/**
 * The error's stack, with files and lines of our sources where the compiled programs have been run. What comes from a package
 * stays as it is. (`node --enable-source-maps` would read all maps at every start.)
 */
export function readSourceStack({ stack }: Error): string | undefined {
  return stack?.replace(FRAME, (frame, url: string, line: string, column: string) => {
    const parsed = origin.safeParse(loadMap(url)?.findEntry(Number(line) - 1, Number(column) - 1));
    if (!parsed.success || parsed.data.originalSource.includes("node_modules")) return frame;
    const { originalSource, originalLine, originalColumn } = parsed.data;
    const source = path.resolve(path.dirname(fileURLToPath(url)), originalSource);
    return `${path.relative(ROOT, source)}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

function loadMap(url: string): SourceMap | null {
  const known = maps.get(url);
  if (known !== undefined) return known;
  let map: SourceMap | null = null;
  try {
    map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, "utf8")));
  } catch {
    // There is none: it runs from the sources, or the maps were left out.
  }
  maps.set(url, map);
  return map;
}
