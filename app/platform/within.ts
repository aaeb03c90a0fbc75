/** What `work` comes to, or "late" when that takes longer than `ms`. The work itself goes on, and may still fail unheard. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  // A race takes the rejection of a loser in silence.
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
