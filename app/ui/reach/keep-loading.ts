import { waitForServer } from "./wait-for-server";

/** Loads code again until the server is there. Code that it does not have any more is an error. */
export const keepLoading = <T>(load: () => Promise<T>): Promise<T> =>
  waitForServer(
    async () => {
      try {
        return await load();
      } catch {
        if (!(await isServerThere())) return null;
      }
      try {
        // The connection may have come back between the two questions.
        return await load();
      } catch (error) {
        if (await isServerThere()) throw error;
        return null;
      }
    },
    { isSafe: true },
  );

async function isServerThere(): Promise<boolean> {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  return answer !== null && answer.status < 500;
}
