import { type ComponentType, lazy } from "react";
import { whenIdle } from "./when-idle";

/**
 * A component whose code comes after the page's: once the browser has nothing else to do, or when it is used. It is there then also
 * while the server cannot be reached.
 */
export function lazily<Props>(load: () => Promise<ComponentType<Props>>) {
  // Code that did not come while the browser was offline is asked for again when it is back, so that it is there the next time.
  const ask = (): unknown => load().catch(() => addEventListener("online", ask, { once: true }));
  if (typeof window !== "undefined") whenIdle(ask);
  return lazy(async () => ({
    default: await load().catch(async () => (await import("./connection")).keepLoading(load)),
  }));
}
