import type { Handler } from "./handler.server";
import { acknowledge, endAcknowledgement } from "./handlers/acknowledge.server";
import { endComp, giveComp } from "./handlers/comp.server";
import { hold, releaseHold } from "./handlers/hold.server";
import type { DecisionKind } from "./kinds";

/** A handler with its input still to be parsed. */
type AnyHandler = {
  /** What is wrong with the input, or the handler bound to it. */
  bind: (input: unknown) => { ok: true; handler: BoundHandler } | { ok: false; message: string };
  revert: Handler<never>["revert"];
};

export type BoundHandler = {
  lock: readonly string[];
  prepare: (...args: Tail<Parameters<Handler<never>["prepare"]>>) => ReturnType<Handler<never>["prepare"]>;
};

type Tail<Args> = Args extends [infer Tx, unknown, infer Context] ? [tx: Tx, context: Context] : never;

function toAny<Input>(handler: Handler<Input>): AnyHandler {
  return {
    revert: handler.revert,
    bind(input) {
      const parsed = handler.input.safeParse(input);
      if (!parsed.success)
        return { ok: false, message: parsed.error.issues[0]?.message ?? "The input is not valid." };
      const { data } = parsed;
      return {
        ok: true,
        handler: {
          lock: handler.lock(data),
          prepare: (tx, context) => handler.prepare(tx, data, context),
        },
      };
    },
  };
}

/** How each decision is made. */
export const HANDLERS: Record<DecisionKind, AnyHandler> = {
  hold: toAny(hold),
  release: toAny(releaseHold),
  give_comp: toAny(giveComp),
  end_comp: toAny(endComp),
  acknowledge: toAny(acknowledge),
  end_acknowledgement: toAny(endAcknowledgement),
};
