import { useCallback, useMemo } from "react";
import type { ReadMode } from "../logic/captionView";
import { offerOf, type Offer } from "../logic/offer";
import { hearing, type Wishes } from "../logic/wishes";
import { useMeeting } from "./useMeeting";
import { usePreferences } from "./usePreferences";
import { useStore } from "./useStore";

export interface WishControls {
  readonly wishes: Wishes;
  readonly setSpeak: (code: string) => void;
  readonly setListen: (code: string) => void;
  readonly setRead: (read: { mode: ReadMode; language: string }) => void;
  readonly setPushToTranslate: (on: boolean) => void;
  /** The button or key of push-to-translate goes down or up. */
  readonly press: (down: boolean) => void;
}

/** The wishes of this visit; what is chosen is remembered for the next. */
export function useWishes(): WishControls {
  const { wishes: store } = useMeeting().wishSender;
  const [, change] = usePreferences();
  const wishes = useStore(store);

  const setSpeak = useCallback(
    (speak: string) => {
      store.update((before) => ({ ...before, speak }));
      change({ speak });
    },
    [store, change],
  );
  const setListen = useCallback(
    (listen: string) => {
      store.update((before) => hearing(before, listen));
      change({ listen, read: store.get().read });
    },
    [store, change],
  );
  const setRead = useCallback(
    (read: { mode: ReadMode; language: string }) => {
      store.update((before) => ({ ...before, read }));
      change({ read });
    },
    [store, change],
  );
  const setPushToTranslate = useCallback(
    (on: boolean) => {
      store.update((before) => ({ ...before, push: on ? "released" : "always" }));
      change({ pushToTranslate: on });
    },
    [store, change],
  );
  const press = useCallback(
    (down: boolean) => {
      store.update((before) =>
        before.push === "always" ? before : { ...before, push: down ? "pressed" : "released" },
      );
    },
    [store],
  );
  return { wishes, setSpeak, setListen, setRead, setPushToTranslate, press };
}

/** What may be asked for here: what the interpreter says, else what the invitation said. */
export function useOffer(invited: Offer): Offer {
  const interpreter = useStore(useMeeting().interpreter);
  return useMemo(() => offerOf(invited, interpreter), [invited, interpreter]);
}
