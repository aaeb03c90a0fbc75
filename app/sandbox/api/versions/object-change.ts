import type { Account } from "../../account/account";
import type { JsonObject } from "../../json";

export interface ConversionContext {
  account: Account;
}

/** Turns an object into what it was before a release. Its members are converted afterwards. */
export type ObjectChange = (object: JsonObject, context: ConversionContext) => JsonObject;
