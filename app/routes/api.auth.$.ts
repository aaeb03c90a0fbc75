import { route } from "~/http/route.server";

/** The callback of the identity provider. All other paths of the auth library are a 404. */
export const loader = route.loader(
  { who: "public", because: "a user that returns from the identity provider is not signed in yet" },
  ({ request, context }) => context.staffAuth.handler(request),
);
