import { z } from "zod";
import { ApiError } from "../errors";
import { expandTree } from "../expand";
import { hiddenKey } from "../keys";
import { expandable, parseParams } from "../params";
import type { ApiRequest, ApiRoute } from "../route";

const retrieveSchema = z.strictObject(expandable);

/** The account of the key. Restricted keys may not ask; the refusal names the account all the same. */
export const retrieveOwnAccount: ApiRoute = {
  method: "GET",
  path: "/v1/account",
  handle({ facts, writers }, request) {
    expandTree("account", parseParams(retrieveSchema, request.params).expand);
    refuseRestricted(request, facts.id);
    return writers.account();
  },
};

export const retrieveAccount: ApiRoute = {
  method: "GET",
  path: "/v1/accounts/:id",
  handle({ facts, writers }, request) {
    expandTree("account", parseParams(retrieveSchema, request.params).expand);
    refuseRestricted(request, facts.id);
    if (request.id === facts.id) return writers.account();
    throw new ApiError({
      status: 403,
      code: "account_invalid",
      message: `The provided key '${hiddenKey(request.key.text)}' does not have access to account '${request.id}' (or that account does not exist). Application access may have been revoked.`,
    });
  },
};

/** What Stripe says to a restricted key that asks for what it may not have: the account, unless told. */
export function permissionMissing(
  key: string,
  accountId: string,
  permission = "rak_accounts_kyc_basic_read",
): ApiError {
  return new ApiError({
    status: 403,
    message: `The provided key '${hiddenKey(key)}' does not have the required permissions for this endpoint on account '${accountId}'. Having the '${permission}' permission would allow this request to continue.`,
  });
}

function refuseRestricted({ key }: ApiRequest, accountId: string): void {
  if (key.may !== "all") throw permissionMissing(key.text, accountId);
}
