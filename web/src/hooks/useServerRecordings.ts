import { useCallback, useEffect, useState } from "react";
import type { Organising, RecordingState } from "../logic/api";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

export interface ServerRecordings {
  /** Null until they are known. */
  readonly recordings: readonly RecordingState[] | null;
  readonly error: unknown;
  readonly busy: boolean;
  readonly start: () => void;
  readonly stop: () => void;
  readonly remove: (id: string) => Promise<void>;
}

/** While files are on their way, or somebody else may stop it, it is looked at again so often. */
const AGAIN_MS = 3000;

/** What is recorded on the server, looked at again whenever the room shows a change. */
export function useServerRecordings(organising: Organising): ServerRecordings {
  const told = useStore(useMeeting().serverRecording);
  const [recordings, setRecordings] = useState<readonly RecordingState[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const look = useCallback(
    () =>
      organising.recordings().then((found) => {
        setRecordings(found);
        setError(null);
      }, setError),
    [organising],
  );
  const unsettled =
    recordings?.some(({ stopped_at: stopped, parts }) => stopped === null || parts.length === 0) ?? true;
  useEffect(() => {
    void look();
    if (!unsettled) return undefined;
    const timer = window.setInterval(() => void look(), AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [look, told, unsettled]);

  const act = (work: () => Promise<unknown>): void => {
    setBusy(true);
    work()
      .then(look, setError)
      .finally(() => setBusy(false));
  };
  return {
    recordings,
    error,
    busy,
    start: () => act(() => organising.startRecording()),
    stop: () => act(() => organising.stopRecording()),
    remove: async (id) => {
      await organising.deleteRecording(id);
      await look();
    },
  };
}
