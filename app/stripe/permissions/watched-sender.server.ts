import type Stripe from "stripe";
import { z } from "zod";
import { RequestSender, type RequestSenderDeps } from "~/stripe/request-sender.server";
import type { PermissionEntry } from "./catalogue";
import { PermissionWatch, type ProbeResult, type ReportRefusal } from "./permission-watch";

export type SenderOptions = Omit<RequestSenderDeps, "watch"> & {
  /** Told what Stripe grants and refuses; without it no one is. */
  report?: ReportRefusal;
};

const PROBE = { priority: "interactive", deadlineMs: 8_000 } as const;

/** A sender for one of our keys, which learns from every answer what the key may do; and the question itself. */
export function createSender(
  stripe: Stripe,
  key: PermissionEntry["key"],
  { report = async () => {}, ...deps }: SenderOptions,
): { sender: RequestSender; probe: (permission: PermissionEntry) => Promise<ProbeResult> } {
  const watch = new PermissionWatch({ key, report, probe: askStripe });
  const sender = new RequestSender({ ...deps, watch });

  async function askStripe({ probe }: PermissionEntry): Promise<ProbeResult> {
    const read = await sender.send({
      endpoint: `GET ${probe.split("?")[0]}`,
      options: PROBE,
      isProbe: true,
      send: async (timeout) =>
        withResponse.parse(await stripe.rawRequest("GET", probe, undefined, { timeout })),
      parse: () => null,
    });
    if (read.ok) return { state: "granted", requestId: read.requestId, stripeTime: read.stripeTime };
    const { reason, requestId } = read.failure;
    return { state: reason === "forbidden" ? "refused" : "unknown", requestId, stripeTime: null };
  }

  return { sender, probe: (permission) => watch.probe(permission) };
}

type LastResponse = Stripe.Response<object>["lastResponse"];

/** The SDK adds it to every answer, as a member that is not listed. */
const withResponse = z.custom<{ lastResponse: LastResponse }>(
  (value) => typeof value === "object" && value !== null && "lastResponse" in value,
);
