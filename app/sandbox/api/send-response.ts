import type { ServerResponse } from "node:http";
import type { FaultEffect } from "~/sandbox/control/faults";
import type { ApiResponse } from "./api-response";

type BreakingEffect = Extract<FaultEffect, { type: "cut" | "malformed" | "reset" }>;

export interface SendOptions {
  response: ServerResponse;
  apiResponse: ApiResponse;
  headers: Readonly<Record<string, string>>;
  effects: readonly FaultEffect[];
}

/** Sends the response, or breaks it for a fault. Returns the status; null when the connection was broken. */
export function sendResponse({ response, apiResponse, headers, effects }: SendOptions): number | null {
  const fault = effects.find(isBreaking);
  const body = Buffer.from(fault?.type === "malformed" ? cutInHalf(apiResponse.body) : apiResponse.body);
  if (fault?.type === "reset" && !fault.afterBytes) {
    response.socket?.resetAndDestroy();
    return null;
  }
  response.writeHead(apiResponse.status, {
    ...headers,
    ...apiResponse.headers,
    "Content-Length": body.length,
  });
  if (fault === undefined || fault.type === "malformed") {
    response.end(body);
    return apiResponse.status;
  }
  const sent = Math.min(fault.afterBytes ?? Math.floor(body.length / 2), body.length - 1);
  response.write(body.subarray(0, sent), () => {
    if (fault.type === "reset") response.socket?.resetAndDestroy();
    else response.destroy();
  });
  return null;
}

function isBreaking(effect: FaultEffect): effect is BreakingEffect {
  return effect.type === "cut" || effect.type === "malformed" || effect.type === "reset";
}

function cutInHalf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}
