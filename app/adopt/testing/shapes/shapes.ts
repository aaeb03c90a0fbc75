import { betterAuth } from "./better-auth";
import { cashier } from "./cashier";
import { documenso } from "./documenso";
import { formbricks } from "./formbricks";
import { openSaas } from "./open-saas";
import { saasStarter } from "./saas-starter";
import type { Shape } from "./shape";
import { subscriptionPayments } from "./subscription-payments";
import { taxonomy } from "./taxonomy";

/** Applications that are public, each for the way in which it keeps payments. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  "shadcn-ui/taxonomy": taxonomy,
  "nextjs/saas-starter": saasStarter,
  "vercel/nextjs-subscription-payments": subscriptionPayments,
  "laravel/cashier-stripe": cashier,
  "wasp-lang/open-saas": openSaas,
  "documenso/documenso": documenso,
  "better-auth/better-auth": betterAuth,
  "formbricks/formbricks": formbricks,
};
