import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";

/**
 * RemixBrowser suspends until what the loaders sent is decoded, and no boundary stands above it: a key that is pressed in
 * that very moment breaks React 18 ("Root did not complete", error 345). So that is waited for first.
 */
async function loadersDecoded(): Promise<void> {
  try {
    RemixBrowser({});
  } catch (suspendedBy) {
    await suspendedBy;
  }
}

function hydrate(): void {
  hydrateRoot(
    document,
    <StrictMode>
      <RemixBrowser />
    </StrictMode>,
  );
}

void loadersDecoded().then(() => startTransition(hydrate));
