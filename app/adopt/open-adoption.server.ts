import type { Log } from "~/platform/log.server";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import type { StripeReader } from "~/stripe/reader.server";
import {
  type Adoption,
  checkAdoption,
  listAdoptionGrants,
  proposeAdoption,
  showAdoption,
} from "./adopt.server";
import type { CheckReport } from "./check/report";
import {
  type AdoptionStatus,
  type Installed,
  installAdoption,
  readAdoption,
  type TriggerChoice,
} from "./install.server";
import { readStripe, type StripeFacts } from "./words/read-stripe.server";

export type AdoptionDeps = {
  databaseUrl: string;
  /** Null: there is no key, and Stripe is not asked. */
  stripe: Pick<StripeReader, "listSubscriptions"> | null;
  log: Log;
  signal: AbortSignal;
  progress: (text: string) => void;
};

/** What `parity adopt` does with a database. */
export type AdoptionTools = {
  /** What Stripe says; null without a key. @throws when Stripe refuses. */
  readFacts(): Promise<StripeFacts | null>;
  propose(facts: StripeFacts | null): Promise<Adoption>;
  check(text: string, facts: StripeFacts | null): Promise<CheckReport>;
  show(text: string): ReturnType<typeof showAdoption>;
  install(text: string, actor: string, triggers?: TriggerChoice): Promise<Installed>;
  /** The statements that give a role what the mapping needs; or what is wrong with the file. */
  grants(text: string, role: string | null): ReturnType<typeof listAdoptionGrants>;
  status(): Promise<AdoptionStatus>;
};

/** Binds the parts of adopting to a database, with a connection for each of them. */
export function openAdoption({ databaseUrl, stripe, log, signal, progress }: AdoptionDeps): AdoptionTools {
  return {
    async readFacts() {
      if (!stripe) return null;
      const reading = await readStripe(stripe, { signal, progress });
      if (!reading.ok) throw new Error(`Stripe could not be read: ${reading.message}`);
      return reading.facts;
    },
    propose: (facts) =>
      withPgClient(databaseUrl, (client) => proposeAdoption(client, { facts, signal, progress })),
    check: (text, facts) =>
      withPgClient(databaseUrl, (client) => checkAdoption(client, text, { facts, signal, progress })),
    show: (text) => withPgClient(databaseUrl, (client) => showAdoption(client, text)),
    install: (text, actor, triggers) =>
      withPgClient(databaseUrl, (client) =>
        installAdoption(client, text, { actor, triggers, log, signal, progress }),
      ),
    grants: (text, role) => withPgClient(databaseUrl, (client) => listAdoptionGrants(client, text, role)),
    status: () => withPgClient(databaseUrl, readAdoption),
  };
}
