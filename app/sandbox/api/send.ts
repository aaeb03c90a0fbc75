import type { ServerResponse } from "node:http";
import type { FaultEffect } from "../control/faults";
import type { Answer } from "./answer-shape";

type BreakingEffect = Extract<FaultEffect, { type: "cut" | "malformed" | "reset" }>;

export interface Sending {
  response: ServerResponse;
  answer: Answer;
  headers: Readonly<Record<string, string>>;
  effects: readonly FaultEffect[];
}

/** Sends the answer, or breaks it as the fault wants. Returns the status; null when the connection was broken. */
export function sendAnswer({ response, answer, headers, effects }: Sending): number | null {
  const fault = effects.find(isBreaking);
  const body = Buffer.from(fault?.type === "malformed" ? firstHalf(answer.body) : answer.body);
  if (fault?.type === "reset" && !fault.afterBytes) {
    response.socket?.resetAndDestroy();
    return null;
  }
  response.writeHead(answer.status, { ...headers, ...answer.headers, "Content-Length": body.length });
  if (fault === undefined || fault.type === "malformed") {
    response.end(body);
    return answer.status;
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

function firstHalf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}
