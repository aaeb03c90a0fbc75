import { useFetchers, useRouteLoaderData } from "@remix-run/react";
import { type Appearance, DENSITIES, type Density } from "~/ui/theme/appearance";

/** The class names of the small buttons above the list. */
export const toolClasses =
  "inline-flex h-9 shrink-0 items-center gap-1.5 rounded border border-edge bg-raised px-2.5 text-table text-ink hover:bg-hover sm:h-8";

export type TableLook = { density: Density; hidden: string[] };

/** How the reader wants the table, at once when it is being saved. */
export function useTableLook(): TableLook {
  const appearance = useRouteLoaderData<{ appearance: Appearance }>("root")?.appearance;
  const fetchers = useFetchers();
  let { density = "normal", hidden = "" } = appearance ?? {};
  for (const { formAction, formData } of fetchers) {
    if (formAction !== "/appearance") continue;
    density = DENSITIES.find((one) => one === formData?.get("density")) ?? density;
    const saving = formData?.get("hidden");
    hidden = typeof saving === "string" ? saving : hidden;
  }
  return { density, hidden: hidden.split(".").filter(Boolean) };
}
