const NOTHING_CHOSEN = `(SELECT NULL::pg_catalog.text AS "userId", NULL::pg_catalog.text AS "subscriptionId" WHERE false)`;

/** The same SQL where nothing of Parity's is installed: no subscription was chosen before. */
export const withoutOurTables = (sql: string): string =>
  sql.replaceAll(`parity."ChosenSubscription"`, NOTHING_CHOSEN);
