import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";

/**
 * RemixBrowser suspends until the loader data is decoded, and there is no Suspense boundary above it. A key press at that
 * moment breaks React 18 ("Root did not complete", error 345), so wait for the data before hydrating.
 */
async function waitForLoaderData(): Promise<void> {
  try {
    RemixBrowser({});
  } catch (pending) {
    await pending;
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

void waitForLoaderData().then(() => startTransition(hydrate));
