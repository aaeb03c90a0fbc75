/** What a seat is called on screen. In code it is a seat; the application's column keeps its own name (fields.ts). */
export const SEAT_LABEL = { one: "soldier", many: "soldiers", title: "Soldiers" } as const;

/** `5` → `5 soldiers`, `1` → `1 soldier`. */
export const formatSeats = (count: number): string =>
  `${count} ${count === 1 ? SEAT_LABEL.one : SEAT_LABEL.many}`;
