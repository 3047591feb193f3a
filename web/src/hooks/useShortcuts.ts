import { useEffect, useEffectEvent } from "react";
import { actionFor, usesKeys, type Action } from "../logic/keyboard";

/** Calls `act` when a key of the meeting goes down, `release` when it comes up. */
export function useShortcuts(enabled: boolean, act: (action: Action) => void, release: (action: Action) => void): void {
  const pressed = useEffectEvent(act);
  const released = useEffectEvent(release);

  useEffect(() => {
    if (!enabled) return undefined;
    const down = (event: KeyboardEvent): void => {
      const action = actionFor({
        key: event.key,
        altKey: event.altKey,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        repeat: event.repeat,
        busy: usesKeys(document.activeElement),
      });
      if (!action) return;
      event.preventDefault();
      pressed(action);
    };
    const up = (event: KeyboardEvent): void => {
      const { key, altKey, ctrlKey, metaKey } = event;
      const action = actionFor({ key, altKey, ctrlKey, metaKey, repeat: false, busy: false });
      if (action) released(action);
    };
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
    };
  }, [enabled]);
}
