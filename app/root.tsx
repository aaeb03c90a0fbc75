import type { LinksFunction, MetaFunction } from "@remix-run/node";
import {
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useFetchers,
  useRouteLoaderData,
} from "@remix-run/react";
import { type ReactNode, useEffect, useState } from "react";
import { route } from "~/http/route.server";
import styles from "./tailwind.css?url";
import { ErrorPage } from "./ui/error-page";
import { NowProvider } from "./ui/format/now";
import { NavigationBar } from "./ui/navigation-bar";
import { KeepPage } from "./ui/reach/keep-page";
import { type Appearance, readAppearance, THEMES } from "./ui/theme/appearance";
import { useNonce } from "./ui/theme/nonce";
import { ToastProvider } from "./ui/toast/toasts";

export const meta: MetaFunction = () => [{ title: "Parity" }];

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/icon.svg", type: "image/svg+xml" },
];

export const loader = route.loader(
  { who: "public", because: "it reads only the display preferences of this browser and the time" },
  ({ request, parity }) => ({
    appearance: readAppearance(request.headers.get("Cookie")),
    // By the clock by which all times on the pages were stored.
    now: Math.floor(parity.database.readClock() / 1000),
  }),
);

type RootData = { appearance: Appearance; now: number };

export function Layout({ children }: { children: ReactNode }) {
  const theme = useTheme();
  const nonce = useNonce();
  const [isHydrated, setHydrated] = useState(false);
  // A parent's effect runs after the effects of its children: from now on the page reacts to keys and clicks.
  useEffect(() => setHydrated(true), []);
  return (
    <html
      lang="en"
      data-theme={theme === "system" ? undefined : theme}
      data-hydrated={isHydrated ? "" : undefined}
    >
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <Meta />
        <Links />
        <noscript>
          <link rel="stylesheet" href="/no-script.css" />
        </noscript>
      </head>
      <body className="bg-surface font-sans text-text text-ink antialiased">
        {children}
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

/** The chosen theme, also while the choice is still being sent to the server. */
function useTheme() {
  const stored = useRouteLoaderData<RootData>("root")?.appearance.theme ?? "system";
  const pending = useFetchers().map(({ formAction, formData }) =>
    formAction === "/appearance" ? formData?.get("theme") : null,
  );
  return THEMES.find((theme) => pending.includes(theme)) ?? stored;
}

export default function App() {
  const data = useRouteLoaderData<RootData>("root");
  return (
    <NowProvider serverNow={data?.now ?? 0}>
      <ToastProvider>
        <NavigationBar />
        <KeepPage />
        <Outlet />
      </ToastProvider>
    </NowProvider>
  );
}

export function ErrorBoundary() {
  return (
    <main className="mx-auto max-w-page px-4 py-16">
      <ErrorPage />
    </main>
  );
}
