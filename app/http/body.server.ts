import { errorResponse } from "./errors";

/** Our forms and JSON are small, and a webhook of Stripe is at most half as large. */
const bodyLimit = 1_048_576;

/**
 * The bytes of the body; empty without a body. Throws a 413 as soon as it is longer than `limit` bytes.
 */
export async function readBody(
  request: Request,
  limit: number = bodyLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    errorResponse("body_too_large", { message: `The body is larger than ${limit} bytes.` });
  if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength;
    if (length > limit) {
      await reader.cancel();
      throw tooLarge();
    }
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

/** The body as JSON; `{}` when it is empty. Throws a 415 for another content type, a 400 for invalid JSON. */
export async function readJson(request: Request): Promise<unknown> {
  const body = await readBody(request);
  if (body.byteLength === 0) return {};
  if (!readContentType(request).endsWith("json"))
    throw errorResponse("wrong_content_type", {
      message: "The body must be JSON (Content-Type: application/json).",
    });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw errorResponse("bad_body", { message: "The body is not valid JSON." });
  }
}

/** The body as a form, URL-encoded or multipart. Throws a 415 for another content type, a 400 for an invalid form. */
export async function readForm(request: Request): Promise<FormData> {
  const type = readContentType(request);
  if (type !== "application/x-www-form-urlencoded" && type !== "multipart/form-data")
    throw errorResponse("wrong_content_type", { message: "The body must be a form." });
  const body = await readBody(request);
  try {
    return await new Response(body, {
      headers: { "Content-Type": request.headers.get("Content-Type") ?? "" },
    }).formData();
  } catch {
    throw errorResponse("bad_body", { message: "The form could not be read." });
  }
}

/** Fields or parameters as an object; a repeated name gives a list. Files are left out. */
export function readFields(entries: FormData | URLSearchParams): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of entries) {
    if (typeof value !== "string") continue;
    const before = fields[name];
    fields[name] = before === undefined ? value : [...[before].flat(), value];
  }
  return fields;
}

function readContentType(request: Request): string {
  return (request.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
