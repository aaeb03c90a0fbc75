import type { ServerBuild } from "@remix-run/node";
import { matchRoutes } from "@remix-run/react";
import type { RequestHandler } from "express";
import { createErrorBody, readErrorStatus } from "~/http/errors";

type Route = ServerBuild["routes"][string];
type Tree = Parameters<typeof matchRoutes>[0][number];
type Build = ServerBuild | (() => Promise<ServerBuild>);

const trees = new WeakMap<ServerBuild["routes"], Tree[]>();

/**
 * Answers 405, with the methods that there are, where an address that is no page has nothing for a method. The router would
 * answer an “Unexpected Server Error”. Pages answer for themselves.
 */
export const refuseWrongMethod =
  (given: Build): RequestHandler =>
  (request, response, next) => {
    void Promise.resolve(typeof given === "function" ? given() : given).then(({ routes }) => {
      const allowed = listMethods(findRoute(routes, request.path));
      if (allowed === null || allowed.includes(request.method)) {
        next();
        return;
      }
      response
        .status(readErrorStatus("wrong_method"))
        .set({ Allow: allowed.join(", "), "Cache-Control": "no-store" })
        .json(createErrorBody("wrong_method", { message: `Use ${allowed.at(-1) ?? "another method"}.` }));
    }, next);
  };

/** The methods of an address that is no page; null for a page, and where there is nothing. */
function listMethods(route: Route | undefined): string[] | null {
  if (!route || route.module.default !== undefined) return null;
  const { loader, action } = route.module;
  // Which one of the methods that change something the action takes, it says itself.
  const changing = action === undefined ? [] : ["PUT", "PATCH", "DELETE", "POST"];
  return [...(loader === undefined ? [] : ["HEAD", "GET"]), ...changing];
}

function findRoute(routes: ServerBuild["routes"], path: string): Route | undefined {
  const tree = trees.get(routes) ?? buildTree(routes);
  trees.set(routes, tree);
  const leaf = matchRoutes(tree, path)?.at(-1);
  return leaf?.route.id === undefined ? undefined : routes[leaf.route.id];
}

function buildTree(routes: ServerBuild["routes"], parentId?: string): Tree[] {
  return Object.values(routes).flatMap((route): Tree[] => {
    if (route === undefined || (route.parentId ?? "") !== (parentId ?? "")) return [];
    const { id, path } = route;
    const place = { id, ...(path !== undefined && { path }) };
    return route.index ? [{ ...place, index: true }] : [{ ...place, children: buildTree(routes, id) }];
  });
}
