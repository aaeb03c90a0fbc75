import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { cleanCell } from "./csv-values";
import { AuditError } from "./source";

/** One file of rows, of which the first names the columns. */
export type CsvFile = {
  path: string;
  /** For sentences. */
  name: string;
  encoding: string;
  delimiter: string;
  /** What stands before a quote inside of quotes: another one, or the backslash of MySQL. */
  escapedBy: '"' | "\\";
  header: readonly string[];
};

export type CsvRow = { line: number; values: string[] };

/** Up to the end of a line that is not inside of quotes. */
const FIRST_ROW = /^(?:"(?:[^"]|"")*"|[^"\r\n])+/m;
/** A line with which a spreadsheet says what stands between its columns. */
const SEPARATOR = /^sep=(.)$/i;
const DELIMITERS = [",", ";", "\t", "|"];
/** What PostgreSQL writes behind the last row of a copy, and DOS behind the last line. */
const END_MARKS: ReadonlySet<string> = new Set(["\\.", "\u001a"]);
const QUOTES = ` A value with a quote in it stands in quotes, and the quote is written twice: "Ada ""A"" L". (MySQL: ESCAPED BY '"'.)`;
const HEAD_BYTES = 65_536;

/**
 * Finds out how a file is written: its encoding by the mark at its beginning, else UTF-8 unless another is given, and what stands
 * between its columns. @throws AuditError when it is none.
 */
export async function openCsvFile(file: string, encoding: string | null): Promise<CsvFile> {
  const name = path.basename(file);
  const head = await readHead(file, name);
  const kind = encoding === null ? findOtherKind(head) : undefined;
  if (kind !== undefined) throw new AuditError(`${name} ${kind}`);
  const found = encoding ?? findEncoding(head);
  const text = decode(head, found, name);
  if (/^\s*(\{"|\{\s*$|\[\s*[{[])/m.exec(text)?.index === 0)
    throw new AuditError(`${name} is JSON. Export it as CSV: its first line must name the columns.`);
  const first = FIRST_ROW.exec(text)?.[0] ?? "";
  if (first.trim() === "") throw new AuditError(`${name} is empty: its first line must name the columns.`);
  const delimiter = findDelimiter(first);
  const escapedBy = hasBackslashes(text, delimiter) ? "\\" : '"';
  const csv: CsvFile = { path: file, name, encoding: found, delimiter, escapedBy, header: [] };
  for await (const { values } of readLines(csv)) {
    const header = values;
    const [quote] = /^(?!["\w])(\p{Pi}|['`\u201e])/u.exec(header[0] ?? "") ?? [];
    if (quote !== undefined && header.every((one) => one.startsWith(quote)))
      throw new AuditError(`${name} has its values between ${quote}: write them between ", or without.`);
    if (header.length < 2)
      throw new AuditError(
        `${name} has one column (${header.join("")}): columns are separated by a comma, a semicolon, a tab or |.`,
      );
    return { ...csv, header };
  }
  throw new AuditError(`${name} is empty: its first line must name the columns.`);
}

/** The rows after the first. @throws AuditError with the line of what is no CSV, or not in this encoding. */
export async function* readCsvRows(file: CsvFile): AsyncIterable<CsvRow> {
  let isFirst = true;
  for await (const row of readLines(file)) {
    if (!isFirst) yield row;
    isFirst = false;
  }
}

async function readHead(file: string, name: string): Promise<Buffer> {
  try {
    if ((await stat(file)).isDirectory()) throw new AuditError(`${name} is a folder.`);
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof AuditError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new AuditError(
      code === "ENOENT" ? `There is no file ${file}.` : `${file} cannot be read (${code}).`,
    );
  }
}

/** What a file is that is none of text, by its first bytes. */
function findOtherKind(head: Buffer): string | undefined {
  const begins = (...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
  if (begins(0x50, 0x4b, 3, 4)) return "is a workbook or another ZIP file. Export it as CSV.";
  if (begins(0x1f, 0x8b)) return "is compressed (gzip). Unpack it first.";
  return undefined;
}

function findEncoding(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  // Without a mark: every other byte of Latin letters is zero there, and none is in UTF-8.
  const start = head.subarray(0, 200);
  const zeros = [0, 1].map((odd) => start.filter((byte, at) => byte === 0 && at % 2 === odd).length);
  if ((zeros[1] ?? 0) > start.length / 4) return "utf-16le";
  return (zeros[0] ?? 0) > start.length / 4 ? "utf-16be" : "utf-8";
}

function createDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new AuditError(
      `The encoding ${encoding} is not known. Known are utf-8, utf-16le, windows-1252 and others of the web.`,
    );
  }
}

function decode(head: Buffer, encoding: string, name: string): string {
  try {
    // The head may end inside a character.
    return createDecoder(encoding).decode(head, { stream: true });
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(describeEncoding(name, encoding));
  }
}

const describeEncoding = (name: string, encoding: string): string =>
  `${name} is not ${encoding.toUpperCase()}. Save it as UTF-8, or say what it is: --encoding windows-1252`;

/** The character that divides the first line into most parts, outside of quotes. */
function findDelimiter(line: string): string {
  const [, said] = SEPARATOR.exec(line.trim()) ?? [];
  if (said !== undefined) return said;
  const bare = line.replaceAll(/"(?:[^"]|"")*"/g, "");
  const count = (one: string) => bare.split(one).length;
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0] ?? ",";
}

/** A quote after a backslash that ends no value. */
function hasBackslashes(text: string, delimiter: string): boolean {
  const quoted = /\\"(.?)/gs;
  return [...text.matchAll(quoted)].some(
    ([, next]) => next !== "" && !`${delimiter}\r\n"`.includes(next ?? ""),
  );
}

async function* readLines({
  path: file,
  name,
  encoding,
  delimiter,
  escapedBy,
}: CsvFile): AsyncIterable<CsvRow> {
  const decoder = createDecoder(encoding);
  async function* decodeChunks() {
    for await (const chunk of createReadStream(file)) {
      const bytes: unknown = chunk;
      if (bytes instanceof Uint8Array) yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  }
  const parser = parse({
    ...{ delimiter, escape: escapedBy },
    bom: true,
    // Also before a quote, as in `"a", "b"`.
    trim: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1_000_000,
  });
  const chunks = Readable.from(decodeChunks());
  chunks.on("error", (error) => parser.destroy(error));
  chunks.pipe(parser);
  try {
    for await (const one of parser) {
      const row = toRow(one);
      const isEnd = row.values.length === 1 && END_MARKS.has(row.values[0] ?? "");
      if (!isEnd && (row.line > 1 || !SEPARATOR.test(row.values.join(delimiter)))) yield row;
    }
  } catch (error) {
    if (error instanceof CsvError) {
      const hint = error.code === "CSV_MAX_RECORD_SIZE" ? " Is there a quote that is not closed?" : QUOTES;
      throw new AuditError(`${name} is no CSV: ${error.message}.${hint}`);
    }
    if (error instanceof TypeError) throw new AuditError(describeEncoding(name, encoding));
    throw error;
  } finally {
    chunks.destroy();
  }
}

function toRow(row: unknown): CsvRow {
  if (typeof row === "object" && row !== null && "record" in row && "info" in row) {
    const { record, info } = row;
    if (Array.isArray(record) && typeof info === "object" && info !== null && "lines" in info)
      return { line: Number(info.lines), values: record.map((value) => cleanCell(String(value))) };
  }
  throw new Error("csv-parse gave something else than a row");
}
