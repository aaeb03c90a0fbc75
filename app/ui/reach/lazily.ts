import { type ComponentType, lazy } from "react";
import { whenIdle } from "./when-idle";

/**
 * A component whose code comes after the page's: once the browser has nothing else to do, or when it is used. It is there then also
 * while the server cannot be reached.
 */
export function lazily<Props>(load: () => Promise<ComponentType<Props>>) {
  if (typeof window !== "undefined") whenIdle(() => load().catch(() => {}));
  return lazy(async () => ({
    default: await load().catch(async () => (await import("./connection")).keepLoading(load)),
  }));
}
