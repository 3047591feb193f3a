import { useCallback, useEffect, useRef, useState } from "react";
import type { DoorState, DoorWish, Organising } from "../logic/api";

const LOOK_EVERY_MS = 4000;

export interface Door {
  /** Null until the service has answered. */
  readonly state: DoorState | null;
  readonly error: unknown;
  readonly set: (wish: DoorWish) => void;
  readonly admit: (waiter: string) => void;
  readonly refuse: (waiter: string) => void;
}

/** Who gets into the room, and who waits; looked at again and again while an organiser is there. */
export function useDoor(organising: Organising | null): Door {
  const [state, setState] = useState<DoorState | null>(null);
  /** Of looking; it may pass with the next look. */
  const [unseen, setUnseen] = useState<unknown>(null);
  /** Of the last change; it stays until the next. */
  const [failed, setFailed] = useState<unknown>(null);
  /** Changes so far: what was looked at before the last one is out of date. */
  const changes = useRef(0);

  useEffect(() => {
    if (!organising) return undefined;
    let current = true;
    const look = (): void => {
      const before = changes.current;
      const counts = (): boolean => current && before === changes.current;
      organising.door().then(
        (seen) => counts() && (setState(seen), setUnseen(null)),
        (failure: unknown) => counts() && setUnseen(failure),
      );
    };
    look();
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => {
      current = false;
      window.clearInterval(timer);
    };
  }, [organising]);

  const perform = useCallback((call: () => Promise<DoorState>) => {
    changes.current += 1;
    const mine = changes.current;
    call().then(
      (seen) => mine === changes.current && (setState(seen), setFailed(null)),
      (failure: unknown) => setFailed(failure),
    );
  }, []);
  const answer = (call: (waiting: Organising) => Promise<void>): void => {
    if (!organising) return;
    perform(async () => {
      await call(organising);
      return organising.door();
    });
  };
  return {
    state,
    error: failed ?? unseen,
    set: (wish) => organising && perform(() => organising.setDoor(wish)),
    admit: (waiter) => answer((waiting) => waiting.admit(waiter)),
    refuse: (waiter) => answer((waiting) => waiting.refuse(waiter)),
  };
}
