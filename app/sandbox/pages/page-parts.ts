import type { Account } from "../account/account";
import type { Control } from "../control/control";
import type { Webhooks } from "../webhooks/webhooks";
import type { Said } from "./said";

/** What the pages work with. */
export interface PageParts {
  account: Account;
  control: Control;
  webhooks: Webhooks;
  said: Said;
}
