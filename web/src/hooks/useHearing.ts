import { useCallback } from "react";
import { overriding, volumeOf, withVolume, type HearingChoices, type Register } from "../logic/hearing";
import { useMeeting } from "./useMeeting";
import { usePreferences } from "./usePreferences";
import { useStore } from "./useStore";

export interface HearingControls {
  readonly choices: HearingChoices;
  readonly setUnderstands: (code: string) => void;
  readonly setVoice: (voice: Register) => void;
  /** Holds for this meeting alone. */
  readonly setLikeness: (likeness: boolean) => void;
}

/** What this person chose of hearing; what concerns nobody in particular is remembered for the next visit. */
export function useHearing(): HearingControls {
  const store = useMeeting().hearing;
  const [, change] = usePreferences();
  const choices = useStore(store);
  const setUnderstands = useCallback(
    (understands: string) => {
      store.update((before) => ({ ...before, understands }));
      change({ understands });
    },
    [store, change],
  );
  const setVoice = useCallback(
    (voice: Register) => {
      store.update((before) => ({ ...before, voice }));
      change({ voice });
    },
    [store, change],
  );
  const setLikeness = useCallback((likeness: boolean) => store.update((before) => ({ ...before, likeness })), [store]);
  return { choices, setUnderstands, setVoice, setLikeness };
}

export interface PersonHearing {
  /** "" for what holds for everybody. */
  readonly chosen: string;
  readonly volume: number;
  readonly choose: (chosen: string) => void;
  readonly setVolume: (volume: number) => void;
}

/** How one other person is heard, for as long as this visit lasts. */
export function usePersonHearing(identity: string): PersonHearing {
  const store = useMeeting().hearing;
  const choices = useStore(store);
  return {
    chosen: choices.overrides.get(identity) ?? "",
    volume: volumeOf(choices, identity),
    choose: (chosen) => store.update((before) => overriding(before, identity, chosen)),
    setVolume: (volume) => store.update((before) => withVolume(before, identity, volume)),
  };
}
