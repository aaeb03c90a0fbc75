import type { Account } from "~/sandbox/account/account";
import type { Control } from "~/sandbox/control/control";
import type { Webhooks } from "~/sandbox/webhooks/webhooks";
import type { FlashMessages } from "./simulate/flash-messages";

/** What all pages need. */
export interface PageDeps {
  account: Account;
  control: Control;
  webhooks: Webhooks;
  flashMessages: FlashMessages;
}
