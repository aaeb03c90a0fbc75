/** The part of the package `oidc-provider` that our tests use; it brings no types of its own. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  import type { JWK } from "jose";

  type Claims = { sub: string; [name: string]: unknown };
  type Grant = { addOIDCScope(scope: string): void; save(): Promise<string> };
  type Context = {
    path: string;
    body?: unknown;
    oidc: { client?: { clientId: string }; session?: { accountId?: string } };
  };

  export class Provider {
    constructor(
      issuer: string,
      configuration: {
        clients: {
          client_id: string;
          client_secret: string;
          redirect_uris: string[];
          token_endpoint_auth_method: string;
        }[];
        jwks: { keys: JWK[] };
        cookies: { keys: string[] };
        claims: Record<string, string[]>;
        conformIdTokenClaims: boolean;
        features: { devInteractions: { enabled: boolean } };
        interactions: { url: (context: unknown, interaction: { uid: string }) => string };
        findAccount: (
          context: unknown,
          id: string,
        ) => { accountId: string; claims: () => Claims } | undefined;
        loadExistingGrant: (context: Context) => Promise<Grant | undefined>;
        ttl: Record<string, number>;
      },
    );
    Grant: new (of: {
      clientId: string;
      accountId: string;
    }) => Grant;
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { login: { accountId: string } },
    ): Promise<void>;
  }
}
