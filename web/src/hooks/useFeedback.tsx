import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { Store } from "../logic/store";

/** What is said of something that was just done. */
export interface Feedback {
  readonly words: string;
  /** What takes it back, where something does. */
  readonly undo: (() => void) | null;
}

/** Null where there is no strip to say it in. */
const FeedbackContext = createContext<Store<Feedback | null> | null>(null);

export function FeedbackProvider({ children }: { children: ReactNode }) {
  const [store] = useState(() => new Store<Feedback | null>(null));
  return <FeedbackContext value={store}>{children}</FeedbackContext>;
}

export function useFeedback(): Store<Feedback | null> {
  const store = useContext(FeedbackContext);
  const nowhere = useMemo(() => new Store<Feedback | null>(null), []);
  return store ?? nowhere;
}

/** Says in the status strip, for a moment, what has just been done; the newest replaces what was said before. */
export function useTell(): (words: string, undo?: () => void) => void {
  const store = useFeedback();
  return useMemo(
    () =>
      (words, undo = undefined) =>
        store.set({ words, undo: undo ?? null }),
    [store],
  );
}
