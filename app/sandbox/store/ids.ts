const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CODED_LENGTH = 6; // 62^6 > 2^32
const MULTIPLIER = 0x9e3779b1;
const MULTIPLIER_INVERSE = 0x0e8b2f51; // MULTIPLIER × this = 1, modulo 2^32

const FORMS = {
  customer: { prefix: "cus_", length: 14 },
  subscription: { prefix: "sub_1", length: 23 },
  subscription_item: { prefix: "si_", length: 14 },
  product: { prefix: "prod_", length: 14 },
  price: { prefix: "price_1", length: 23 },
  event: { prefix: "evt_1", length: 23 },
  invoice: { prefix: "in_1", length: 23 },
  line_item: { prefix: "il_1", length: 23 },
  invoiceitem: { prefix: "ii_1", length: 23 },
  invoice_payment: { prefix: "inpay_1", length: 23 },
  payment_method: { prefix: "pm_1", length: 23 },
  payment_intent: { prefix: "pi_3", length: 23 },
  charge: { prefix: "ch_3", length: 23 },
  balance_transaction: { prefix: "txn_3", length: 23 },
  refund: { prefix: "re_3", length: 23 },
  dispute: { prefix: "du_1", length: 23 },
  "test_helpers.test_clock": { prefix: "clock_1", length: 23 },
  "checkout.session": { prefix: "cs_test_a1", length: 56 },
  "billing_portal.session": { prefix: "bps_1", length: 23 },
  webhook_endpoint: { prefix: "we_1", length: 23 },
  request: { prefix: "req_", length: 14 },
} as const;

export type IdKind = keyof typeof FORMS;

/**
 * Ids that look like Stripe's. They are computed from a sequence number and decoded to it, so a million objects need no
 * table of ids. The same seed gives the same ids.
 */
export class Ids {
  readonly #salts: Record<IdKind, number>;

  constructor(seed: number) {
    const salt = (kind: IdKind) => mix((seed >>> 0) ^ mix(kind.length * 31 + kind.charCodeAt(0) * 7919));
    this.#salts = {
      customer: salt("customer"),
      subscription: salt("subscription"),
      subscription_item: salt("subscription_item"),
      product: salt("product"),
      price: salt("price"),
      event: salt("event"),
      invoice: salt("invoice"),
      line_item: salt("line_item"),
      invoiceitem: salt("invoiceitem"),
      invoice_payment: salt("invoice_payment"),
      payment_method: salt("payment_method"),
      payment_intent: salt("payment_intent"),
      charge: salt("charge"),
      balance_transaction: salt("balance_transaction"),
      refund: salt("refund"),
      dispute: salt("dispute"),
      "test_helpers.test_clock": salt("test_helpers.test_clock"),
      "checkout.session": salt("checkout.session"),
      "billing_portal.session": salt("billing_portal.session"),
      webhook_endpoint: salt("webhook_endpoint"),
      request: salt("request"),
    };
  }

  /** The id of the object with this sequence number (0 to 2^32 - 1). */
  make(kind: IdKind, sequence: number): string {
    const { prefix, length } = FORMS[kind];
    const coded = (Math.imul(sequence, MULTIPLIER) + this.#salts[kind]) >>> 0;
    return prefix + digits(coded) + filler(coded ^ this.#salts[kind], length - CODED_LENGTH);
  }

  /** The sequence number of an id; undefined when the id is not one of this sandbox. */
  decode(kind: IdKind, id: string): number | undefined {
    const { prefix, length } = FORMS[kind];
    if (id.length !== prefix.length + length || !id.startsWith(prefix)) return undefined;
    let coded = 0;
    for (let i = prefix.length; i < prefix.length + CODED_LENGTH; i++) {
      coded = coded * 62 + ALPHABET.indexOf(id.charAt(i));
    }
    const sequence = Math.imul((coded - this.#salts[kind]) | 0, MULTIPLIER_INVERSE) >>> 0;
    return this.make(kind, sequence) === id ? sequence : undefined;
  }
}

/** Spreads a 32-bit number over all 32-bit numbers (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const PAIRS = Array.from(
  { length: 62 * 62 },
  (_, i) => ALPHABET.charAt(Math.floor(i / 62)) + ALPHABET.charAt(i % 62),
);

/** Six base-62 digits. */
function digits(value: number): string {
  const low = value % 3844;
  const rest = (value - low) / 3844;
  const middle = rest % 3844;
  return `${PAIRS[(rest - middle) / 3844]}${PAIRS[middle]}${PAIRS[low]}`;
}

/** Characters without meaning, because Stripe's ids are longer than a number. */
function filler(seed: number, count: number): string {
  let text = "";
  for (let state = mix(seed); text.length < count; state = mix(state + 0x6d2b79f5)) {
    text += `${PAIRS[state % 3844]}${PAIRS[(state >>> 12) % 3844]}`;
  }
  return text.slice(0, count);
}
