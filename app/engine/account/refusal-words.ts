type Refused = { subject: string; name: string; without: string };

/** What Stripe refuses, and what that means: a permission, or the key itself. */
export const describeRefusal = ({ subject, name, without }: Refused): string =>
  subject.endsWith("key")
    ? `Stripe refuses the key in ${name}. ${without}`
    : `Stripe refuses “${name}” to the key. ${without}`;
