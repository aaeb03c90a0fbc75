// node --import ./scripts/make-pages.mjs …: the program starts when the database client and the pages are up to date.
import { makeOrExit } from "./make.mjs";

await makeOrExit("client", "pages");
