import { z } from "zod";
import { MAX_RELOADS } from "./no-script-refresh";

/** How often a browser without scripts has reloaded a page, in its address. */
export const reloadsField = z.coerce.number().int().min(0).max(MAX_RELOADS).catch(0);
