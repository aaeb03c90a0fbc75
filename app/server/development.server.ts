import path from "node:path";
import type { ServerBuild } from "@remix-run/node";
import { createServer, type Plugin } from "vite";
import type { Application, ApplicationOptions } from "./application.server";
import type { Listener } from "./listener.server";
import type { ShutdownHooks } from "./shutdown.server";

const ENTRY = "/app/server/application.server.ts";
/** Editors save several files at once, and some files twice. */
const DEBOUNCE_MS = 50;

type ApplicationModule = typeof import("./application.server");

/**
 * The application for `npm run dev`: Vite serves the pages and loads the server's own modules from their sources. When one
 * of them changes, the application is opened again and takes over the port; what `bindings` holds stays.
 */
export async function openLiveApplication(
  root: string,
  bindings: Omit<ApplicationOptions, "pages">,
  { listener, shutdown }: { listener: Listener; shutdown: ShutdownHooks },
): Promise<Application> {
  const { log } = bindings;
  let module: ApplicationModule | null = null;
  let reloads = Promise.resolve();
  const vite = await openVite(root, () => {
    reloads = reloads.then(reload).catch((err: unknown) => log.error({ err }, "reload failed"));
  });
  shutdown.add({ name: "vite", close: () => vite.close() });
  const load = async () => (await vite.ssrLoadModule(ENTRY)) as ApplicationModule;
  const pages: ApplicationOptions["pages"] = {
    build: async () => (await vite.ssrLoadModule("virtual:remix/server-build")) as ServerBuild,
    assets: path.join(root, "build/client"),
    development: vite.middlewares,
  };

  module = await load();
  const first = module.openApplication({ ...bindings, pages });
  let application = first;
  return first;

  async function reload(): Promise<void> {
    const started = performance.now();
    const changed = await load();
    // Vite hands out the same module again when the file that changed is not part of it.
    if (module === null || changed === module) return;
    const previous = application;
    application = changed.openApplication({ ...bindings, pages });
    module = changed;
    await application.startWorker();
    await application.server.listen(listener);
    shutdown.add(...application.hooks);
    await shutdown.closeNow(previous.hooks);
    vite.ws.send({ type: "full-reload" });
    log.info({ ms: Math.round(performance.now() - started) }, "application reloaded");
  }
}

/** `onChange` is called after a file has changed that the server has loaded. */
async function openVite(root: string, onChange: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const reportChanges: Plugin = {
    name: "parity:report-changes",
    hotUpdate({ modules }) {
      if (this.environment.name !== "ssr" || modules.length === 0) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, DEBOUNCE_MS);
    },
  };
  const listeners = process.listeners("SIGTERM");
  const vite = await createServer({
    root,
    server: { middlewareMode: true, watch: { ignored: ["**/.data/**"] } },
    plugins: [reportChanges],
  });
  // Vite would end the process itself, before the shutdown hooks have run.
  for (const added of process.listeners("SIGTERM"))
    if (!listeners.includes(added)) process.off("SIGTERM", added);
  return vite;
}
