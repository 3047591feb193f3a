import { useCallback, useState } from "react";
import { readFirstSteps, withStep, type FirstSteps, type Step } from "../logic/firstSteps";
import { guarded } from "../room/guarded";

const KEY = "hive.firstSteps";

interface FirstStepsControls {
  readonly steps: FirstSteps;
  readonly tick: (step: Step) => void;
  readonly close: () => void;
}

/** How far an organiser is in this meeting; kept in this browser, also over a reload. */
export function useFirstSteps(room: string): FirstStepsControls {
  const [steps, setSteps] = useState(() =>
    readFirstSteps(
      guarded(() => window.localStorage.getItem(KEY)),
      room,
    ),
  );
  const change = useCallback((next: (before: FirstSteps) => FirstSteps) => {
    setSteps((before) => {
      const after = next(before);
      if (after !== before) guarded(() => window.localStorage.setItem(KEY, JSON.stringify(after)));
      return after;
    });
  }, []);
  const tick = useCallback((step: Step) => change((before) => withStep(before, step)), [change]);
  const close = useCallback(() => change((before) => ({ ...before, closed: true })), [change]);
  return { steps, tick, close };
}
