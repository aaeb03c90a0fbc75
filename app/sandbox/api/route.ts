import type { Account } from "../account/account";
import type { Collection } from "../store/collection";
import type { Stored } from "../store/records";
import { createMissingError } from "./errors";
import type { RawParams } from "./form";
import type { PresentedKey } from "./keys";

export interface ApiRequest {
  /** The `:id` of the path; empty when the path has none. */
  id: string;
  params: RawParams;
  key: PresentedKey;
  /** The API version of the request. */
  version: string;
}

/** One endpoint. Returns JSON text or throws an `ApiError`. */
export interface ApiRoute {
  method: "DELETE" | "GET" | "POST";
  /** With at most one `:id`. */
  path: string;
  /** Whether a checkout key may call it. */
  forCheckout?: true;
  handle(account: Account, request: ApiRequest): string;
}

/** The record with the id in the path (or in the parameter `param`); throws `resource_missing`. */
export function findOrThrow<R extends Stored>(collection: Collection<R>, id: string, param?: string): R {
  const record = collection.find(id);
  if (!record) throw createMissingError(collection.kind, id, param);
  return record;
}
