import { createContext, useContext } from "react";

/** The nonce of this response, known to the server only: browsers hide it from scripts, so theirs is undefined. */
export const NonceContext = createContext<string | undefined>(undefined);

/** What `<Scripts>`, `<ScrollRestoration>` and inline scripts are given as `nonce`. */
export function useNonce(): string | undefined {
  return useContext(NonceContext);
}
