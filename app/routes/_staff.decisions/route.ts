import { z } from "zod";
import { DECISION_KINDS } from "~/engine/decisions/kinds";
import { route } from "~/http/route.server";

/** What is not named here is the input of the kind, which parses it. */
const form = z
  .object({
    intent: z.enum(["preview", "decide"]),
    kind: z.enum(DECISION_KINDS),
    reason: z.string().max(4_000).optional(),
    /** The name of whose access is taken. */
    typedName: z.string().max(1_000).default(""),
    /** The newest decision that the page showed. */
    basedOn: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
  })
  .catchall(z.string().max(1_000));

/** Makes a decision of staff, or says what it would do. The catalogue of decisions says which role each one needs. */
export const action = route.action(
  { who: "staff", role: "operator", form },
  async ({ form: { intent, kind, reason, basedOn, typedName, ...input }, parity, staff, request }) => {
    const by = { actor: { kind: "staff" as const, id: staff.id }, role: staff.role };
    const asked = { kind, input, reason: reason ?? null, basedOn: basedOn ?? null, typedName, by };
    if (intent === "preview") return Response.json({ intent, answer: await parity.decisions.preview(asked) });
    const answer = await parity.decisions.decide({ ...asked, signal: request.signal });
    return Response.json({ intent, answer }, { status: answer.ok ? 200 : STATUS[answer.reason] });
  },
);

const STATUS = {
  forbidden: 403,
  bad_input: 400,
  reason_missing: 400,
  not_found: 404,
  already: 409,
  changed: 409,
  evidence_missing: 409,
  refused: 409,
} as const;
