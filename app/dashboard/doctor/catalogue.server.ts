import type { DoctorCheck } from "./check";
import { DATABASE_CHECKS } from "./checks/database.server";
import { MAPPING_CHECKS } from "./checks/mapping.server";
import { PLAN_CHECKS, RUNNING_CHECKS } from "./checks/running.server";
import { SERVER_CHECKS } from "./checks/server";
import { STRIPE_CHECKS } from "./checks/stripe.server";
import { WEBHOOK_CHECKS } from "./checks/webhooks.server";

/** Everything that the doctor looks at, in the order in which it is shown. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  ...SERVER_CHECKS,
  ...DATABASE_CHECKS,
  ...MAPPING_CHECKS,
  ...STRIPE_CHECKS,
  ...WEBHOOK_CHECKS,
  ...PLAN_CHECKS,
  ...RUNNING_CHECKS,
];
