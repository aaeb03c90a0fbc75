import { useRevalidator } from "@remix-run/react";
import { useCallback, useSyncExternalStore } from "react";
import { listenToPosts, readPost, sendPost } from "./post-store";

type PostOptions = {
  /** Components with the same key see the same answer. */
  key: string;
  /** What it does changes what the page shows. */
  changesPage: boolean;
};

/** Posts without leaving the page, and reads the page's data again after an answer. `Answer` is what the route answers. */
export function usePost<Answer>({ key, changesPage }: PostOptions) {
  const read = useCallback(() => readPost(key), [key]);
  const state = useSyncExternalStore(listenToPosts, read, read);
  const { revalidate } = useRevalidator();
  return {
    isBusy: state.isBusy,
    failure: state.failure,
    asked: state.asked,
    answer: state.answer as Answer | null, // the caller names the route and with it the type
    async post(path: string, fields: Record<string, string>): Promise<void> {
      if ((await sendPost(key, path, fields)) && changesPage) revalidate();
    },
  };
}
