import { z } from "zod";
import { ApiError } from "../errors";
import { parseExpand } from "../expand";
import { maskKey } from "../keys";
import { expandable, parseParams } from "../params";
import type { ApiRequest, ApiRoute } from "../route";

const retrieveSchema = z.strictObject(expandable);

/** The account of the key. Restricted keys get an error, which contains the account id. */
export const retrieveOwnAccount: ApiRoute = {
  method: "GET",
  path: "/v1/account",
  handle({ facts, serializers }, request) {
    parseExpand("account", parseParams(retrieveSchema, request.params).expand);
    refuseRestricted(request, facts.id);
    return serializers.account();
  },
};

export const retrieveAccount: ApiRoute = {
  method: "GET",
  path: "/v1/accounts/:id",
  handle({ facts, serializers }, request) {
    parseExpand("account", parseParams(retrieveSchema, request.params).expand);
    refuseRestricted(request, facts.id);
    if (request.id === facts.id) return serializers.account();
    throw createOtherAccountError(request.key.text, request.id);
  },
};

/** Stripe's error for an account that the key has no access to. */
export function createOtherAccountError(key: string, accountId: string): ApiError {
  return new ApiError({
    status: 403,
    code: "account_invalid",
    message: `The provided key '${maskKey(key)}' does not have access to account '${accountId}' (or that account does not exist). Application access may have been revoked.`,
  });
}

/** Stripe's error for a restricted key without the permission; by default the one to read the account. */
export function createPermissionError(
  key: string,
  accountId: string,
  permission = "rak_accounts_kyc_basic_read",
): ApiError {
  return new ApiError({
    status: 403,
    code: "more_permissions_required",
    message: `The provided key '${maskKey(key)}' does not have the required permissions for this endpoint on account '${accountId}'. Having the '${permission}' permission would allow this request to continue.`,
  });
}

function refuseRestricted({ key }: ApiRequest, accountId: string): void {
  if (key.may !== "all") throw createPermissionError(key.text, accountId);
}
