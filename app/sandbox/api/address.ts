import { z } from "zod";
import { text, unsettable } from "./params";

const line = unsettable.optional().transform((value) => value ?? null);

/** An address; what is left out is null. */
export const address = z.strictObject({
  city: line,
  country: line,
  line1: line,
  line2: line,
  postal_code: line,
  state: line,
});

/** An address that an empty value unsets. */
export const optionalAddress = z.union([z.literal("").transform(() => null), address]);

/** Where goods are sent to; an empty value unsets it. */
export const shipping = z.union([
  z.literal("").transform(() => null),
  z.strictObject({ address, name: text, phone: line }),
]);
