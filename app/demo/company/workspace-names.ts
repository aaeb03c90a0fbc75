/** Parts of company names that do not exist. */
const NAMES = [
  "Northwind",
  "Harbour",
  "Lumen",
  "Oakfield",
  "Kestrel",
  "Tessera",
  "Granite",
  "Marlowe",
  "Saffron",
  "Fjord",
  "Cobalt",
  "Meadowlark",
  "Quayside",
  "Redwood",
  "Ivory Lane",
  "Solstice",
  "Papercrane",
  "Juniper",
  "Halcyon",
  "Bramble",
  "Lighthouse",
  "Orchard",
  "Silverbirch",
];
const TRADES = ["Labs", "Freight", "Dental", "Studio", "Analytics", "Legal", "Media"];

/** The name of a user's workspace; the second one is for staging. Names of two users never collide. */
export function makeWorkspaceName(number: number, index: number): string {
  const company = `${NAMES[number % NAMES.length]} ${TRADES[number % TRADES.length]}`;
  return index === 0 ? company : `${company} (staging)`;
}
