import { z } from "zod";
import { isPlainText, MAX_ID, readPathId } from "~/platform/plain-text";
import { errorResponse } from "./errors";
import { countFields, MAX_FORM_FIELDS } from "./request-bounds";

/** A webhook of Stripe is at most half as large. */
const RAW_LIMIT = 1_048_576;
/** The largest form of ours holds a token. */
const FIELDS_LIMIT = 65_536;
/** More pieces than any client sends for such a body: each piece takes time, however small it is. */
const MAX_PIECES = 2_000;
const MAX_JSON_DEPTH = 20;

/**
 * The bytes of the body; empty without a body. Throws a 413 as soon as it is longer than `limit` bytes. The server
 * reads what is left, or closes the connection.
 */
export async function readBody(
  request: Request,
  limit: number = RAW_LIMIT,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    errorResponse("body_too_large", { message: `The body is larger than ${limit} bytes.` });
  if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  if (!/^(identity)?$/i.test(request.headers.get("Content-Encoding") ?? ""))
    throw errorResponse("wrong_content_type", { message: "The body must not be compressed." });
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength;
    if (length > limit || chunks.length >= MAX_PIECES) throw tooLarge();
    chunks.push(read.value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

/**
 * The body as JSON; `{}` when it is empty. Throws a 415 for another content type, a 400 for JSON that is not valid, is nested
 * deeply, or has a text that cannot be stored.
 */
export async function readJson(request: Request): Promise<unknown> {
  const body = await readBody(request, FIELDS_LIMIT);
  if (body.byteLength === 0) return {};
  if (!readContentType(request).endsWith("json"))
    throw errorResponse("wrong_content_type", {
      message: "The body must be JSON (Content-Type: application/json).",
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw errorResponse("bad_body", { message: "The body is not valid JSON." });
  }
  if (!isPlainJson(value))
    throw errorResponse("bad_body", { message: "The body is nested too deeply, or has an invalid text." });
  return value;
}

/**
 * The body as a URL-encoded form. Throws a 415 for another content type: no form of ours has a file. Throws a 400 for too many
 * fields, and for a name or a text that no form of ours sends.
 */
export async function readForm(request: Request): Promise<FormData> {
  if (readContentType(request) !== "application/x-www-form-urlencoded")
    throw errorResponse("wrong_content_type", {
      message: "The body must be a form (application/x-www-form-urlencoded).",
    });
  const text = new TextDecoder().decode(await readBody(request, FIELDS_LIMIT));
  if (countFields(text) > MAX_FORM_FIELDS)
    throw errorResponse("bad_body", { message: `The form has more than ${MAX_FORM_FIELDS} fields.` });
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!isFieldName(name) || !isPlainText(value))
      throw errorResponse("bad_body", { message: "The form has an invalid field." });
    form.append(name, value);
  }
  return form;
}

/** The id of a user or a workspace in an address. */
export const idParam = z.string().min(1).max(MAX_ID);
/** The same in the path of an address. */
export const pathId = idParam.transform(readPathId);

/** Parameters of an address; a repeated name gives a list. Throws a 400 for a text that cannot be stored. */
export function readSearch(search: URLSearchParams): Record<string, string | string[]> {
  for (const [name, value] of search)
    if (!isPlainText(name) || !isPlainText(value))
      throw errorResponse("bad_search", { message: "The query has an invalid text." });
  return readFields(search);
}

/** Fields or parameters as an object; a repeated name gives a list. Files are left out. */
export function readFields(entries: FormData | URLSearchParams): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of entries) {
    if (typeof value !== "string") continue;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields;
}

/**
 * Whether a form of ours could have this name. A library that builds objects from names reads `a[9]` and `a.b` as places in
 * them, and would make room for nine million values for one index.
 */
function isFieldName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && !["__proto__", "constructor", "prototype"].includes(name);
}

/** Without recursion, because the depth is not ours to choose. */
function isPlainJson(root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) return false;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === "string" && !isPlainText(value)) return false;
      if (typeof value !== "object" || value === null) continue;
      if (!Object.keys(value).every(isPlainText)) return false;
      for (const member of Object.values(value)) next.push(member);
    }
    level = next;
  }
  return true;
}

function readContentType(request: Request): string {
  return (request.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
