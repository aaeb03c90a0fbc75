// node --import ./scripts/make-client.mjs …: the program starts when the database client is up to date.
import { makeOrExit } from "./make.mjs";

await makeOrExit("client");
