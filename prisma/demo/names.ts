/** Workspaces are called after companies that do not exist. */
const COMPANIES = [
  "Northwind Labs",
  "Harbour & Pine",
  "Lumen Freight",
  "Oakfield Dental",
  "Blue Kestrel",
  "Tessera Studio",
  "Granite Peak Outfitters",
  "Marlowe Analytics",
  "Saffron Kitchen Group",
  "Fjord Robotics",
  "Cobalt Legal",
  "Meadowlark Media",
  "Quayside Insurance",
  "Redwood Tutors",
  "Ivory Lane Events",
  "Solstice Energy",
  "Papercrane Press",
];

/** The name of a user's workspace; the second one is where they try things. */
export function workspaceName(number: number, index: number): string {
  const company = COMPANIES[number % COMPANIES.length] ?? "Workspace";
  return index === 0 ? company : `${company} (staging)`;
}
