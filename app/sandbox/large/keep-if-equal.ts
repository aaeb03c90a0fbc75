/** Returns `before` when no field differs, so that a million records share one object. Compares values with `===`. */
export function keepIfEqual<O extends object>(before: O, after: O): O {
  for (const key in after) if (after[key] !== before[key]) return after;
  return before;
}
