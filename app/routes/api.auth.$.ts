import { route } from "~/http/route.server";

/** Where the identity provider sends people back to; every other address of the library's is a 404. */
export const loader = route.loader(
  { who: "public", because: "whoever comes back from the identity provider is not signed in yet" },
  ({ request, context }) => context.staffAuth.handler(request),
);
