import { useEffect, useRef, useState } from "react";
import type { Organising } from "../logic/api";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

export interface RecordingChoice {
  readonly allowed: boolean;
  readonly error: unknown;
  readonly allow: (allowed: boolean) => void;
}

/** Whether people may record, as the service keeps it; looked at again whenever the room hears of a change. */
export function useRecordingRule(organising: Organising): RecordingChoice {
  const told = useStore(useMeeting().recordingAllowed);
  const [kept, setKept] = useState<boolean | null>(null);
  const [error, setError] = useState<unknown>(null);
  /** Changes so far: what was looked at before the last one is out of date. */
  const changes = useRef(0);

  useEffect(() => {
    let current = true;
    const before = changes.current;
    const counts = (): boolean => current && before === changes.current;
    organising.room().then(
      (room) => counts() && setKept(room.recording_allowed),
      (failure: unknown) => counts() && setError(failure),
    );
    return () => {
      current = false;
    };
  }, [organising, told]);

  const allow = (allowed: boolean): void => {
    changes.current += 1;
    const mine = changes.current;
    setKept(allowed);
    organising.allowRecording(allowed).then(
      () => mine === changes.current && setError(null),
      (failure: unknown) => {
        if (mine !== changes.current) return;
        setKept(null);
        setError(failure);
      },
    );
  };
  return { allowed: kept ?? told, error, allow };
}
