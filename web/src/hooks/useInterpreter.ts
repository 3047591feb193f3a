import { useCallback, useEffect, useRef, useState } from "react";
import type { InterpreterState, InterpreterWish, Organising } from "../logic/api";
import type { Interpreter } from "../logic/interpreter";
import type { Presence } from "../room/interpreterWatch";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

const LOOK_EVERY_MS = 4000;

/** What the service said last, where the room knows better by now: it hears at once who comes and goes. */
function shownNow(state: InterpreterState, presence: Presence, interpreter: Interpreter): InterpreterState {
  const isAway = presence === "left" || presence === "replaced";
  if (state.state === "present" && isAway) return { ...state, state: "lost" };
  if (state.state === "absent" || !interpreter.present) return state;
  return { ...state, state: interpreter.state === "initializing" ? "joining" : "present" };
}

/** Where in the section something was asked for: what fails is said there. */
export type Place = "invitation" | "languages" | "channels" | "voices" | "people" | "turns" | "likeness";

/** The interpreter as the service and the room see it. What is wished before it is invited waits here for the invitation. */
export function useInterpreter(organising: Organising) {
  const meeting = useMeeting();
  const presence = useStore(meeting.presence);
  const interpreter = useStore(meeting.interpreter);
  const draft = useStore(meeting.interpreterDraft);
  const [said, setState] = useState<InterpreterState | null>(null);
  const state = said && shownNow(said, presence, interpreter);
  /** Of looking; it may pass with the next look. */
  const [error, setError] = useState<unknown>(null);
  /** Of the last thing that was asked for; it stays until something else is. */
  const [failed, setFailed] = useState<{ readonly at: Place; readonly error: unknown } | null>(null);
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<InterpreterWish | null>(null);
  const calls = useRef(Promise.resolve());
  const changes = useRef(0); // what was asked before the last one is out of date
  const invited = state !== null && state.state !== "absent";
  const wish: InterpreterWish = invited
    ? (sent ?? {
        languages: state.languages,
        glossary: state.glossary,
        muted: state.muted,
        voices: state.voices,
        speed: state.speed,
        interprets: state.interprets,
        consecutive: state.consecutive,
        forbids_likeness: state.forbids_likeness,
      })
    : draft;

  /** Throws where there is no place to say what failed. */
  const perform = useCallback(async (at: Place | null, call: () => Promise<InterpreterState>) => {
    setBusy(true);
    changes.current += 1;
    setFailed(null);
    try {
      setState(await call());
    } catch (failure) {
      if (!at) throw failure;
      setFailed({ at, error: failure });
    } finally {
      changes.current += 1;
      setBusy(false);
    }
  }, []);

  useEffect(() => {
    let current = true;
    const look = (): void => {
      const asked = changes.current;
      const counts = (): boolean => current && asked === changes.current;
      organising.interpreter().then(
        (seen) => counts() && (setState(seen), setError(null)),
        (failure: unknown) => counts() && setError(failure),
      );
    };
    look();
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => {
      current = false;
      window.clearInterval(timer);
    };
  }, [organising, presence]);

  /** A wish is the whole wish: the next one builds on it at once, and is told when it has been answered. */
  const change = async (at: Place | null, next: InterpreterWish): Promise<void> => {
    if (!invited) return meeting.interpreterDraft.set(next);
    setSent(next);
    const told = calls.current.then(() => perform(at, () => organising.setInterpreter(next)));
    calls.current = told.catch(() => undefined); // the next one is told whatever became of this one
    try {
      await told;
    } finally {
      setSent((last) => (last === next ? null : last));
    }
  };
  const invite = (): Promise<void> => perform("invitation", () => organising.setInterpreter(wish));
  const dismiss = (): Promise<void> => {
    meeting.interpreterDraft.set(wish); // whoever invites it again finds their languages, voices and glossary
    return perform(null, async () => {
      await organising.dismissInterpreter();
      return organising.interpreter();
    });
  };
  return { state, wish, error, failed, busy, change, invite, dismiss };
}
