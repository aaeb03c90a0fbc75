export interface RefusalFields {
  /** 501: what Stripe does and the sandbox does not reproduce. */
  status: 400 | 402 | 404 | 501;
  message: string;
  code?: string;
  param?: string;
  /** The bank's reason, for a card that was declined. */
  declineCode?: string;
}

/** What Stripe refuses, with the words of its answer. */
export class Refusal extends Error {
  readonly status: RefusalFields["status"];
  readonly code: string | undefined;
  readonly param: string | undefined;
  readonly declineCode: string | undefined;

  constructor(fields: RefusalFields) {
    super(fields.message);
    this.status = fields.status;
    this.code = fields.code;
    this.param = fields.param;
    this.declineCode = fields.declineCode;
  }
}

/** What Stripe does and the sandbox does not reproduce: never a made-up answer, always its name. */
export function createNotServed(what: string, param: string): Refusal {
  return new Refusal({
    status: 501,
    code: "sandbox_unsupported",
    message: `The sandbox does not serve ${what}.`,
    param,
  });
}
