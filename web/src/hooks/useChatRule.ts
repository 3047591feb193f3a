import { useEffect, useRef, useState } from "react";
import type { Organising } from "../logic/api";

export interface ChatChoice {
  /** Null while it is not known. */
  readonly allowed: boolean | null;
  readonly error: unknown;
  readonly allow: (allowed: boolean) => void;
}

/** Whether guests may write, as the service keeps it. */
export function useChatRule(organising: Organising): ChatChoice {
  const [allowed, setAllowed] = useState<boolean | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  /** Counts what was looked at and changed: an answer to an earlier one is out of date. */
  const latest = useRef(0);

  useEffect(() => {
    const mine = (latest.current += 1);
    const counts = (): boolean => mine === latest.current;
    organising.room().then(
      ({ chat }) => counts() && setAllowed(chat),
      (failure: unknown) => counts() && setError(failure),
    );
    return () => {
      latest.current += 1;
    };
  }, [organising, round]);

  const allow = (wanted: boolean): void => {
    const mine = (latest.current += 1);
    setAllowed(wanted);
    organising.allowChat(wanted).then(
      () => mine === latest.current && setError(null),
      (failure: unknown) => {
        if (mine !== latest.current) return;
        setError(failure);
        setRound((before) => before + 1);
      },
    );
  };
  return { allowed, error, allow };
}
