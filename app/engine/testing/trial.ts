import { expect } from "vitest";
import type { Tried } from "./kills";

/** Fails, in words that say how to try it again, when what was tried lost or doubled anything. */
export function expectNoDamage({ damage }: Tried, ...tried: unknown[]): void {
  expect({ tried, ...damage }).toEqual({ tried, lost: [], doubled: [], misreported: [] });
}
