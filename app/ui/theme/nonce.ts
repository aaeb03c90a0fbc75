import { createContext, useContext } from "react";

/** The CSP nonce of this response. It is undefined in the browser, because browsers hide it from scripts. */
export const NonceContext = createContext<string | undefined>(undefined);

/** The `nonce` for `<Scripts>`, `<ScrollRestoration>` and inline scripts. */
export function useNonce(): string | undefined {
  return useContext(NonceContext);
}
