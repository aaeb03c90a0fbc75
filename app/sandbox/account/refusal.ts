export interface RefusalFields {
  status: 400 | 402 | 404;
  message: string;
  code?: string;
  param?: string;
  /** The bank's reason, for a card that was declined. */
  declineCode?: string;
}

/** What Stripe refuses, with the words of its answer. */
export class Refusal extends Error {
  readonly status: 400 | 402 | 404;
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
