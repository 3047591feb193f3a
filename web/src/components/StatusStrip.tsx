import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { Icon } from "./Icon";
import { FeedbackLine } from "./FeedbackLine";
import { LagBadge } from "./Status";
import { QualityBars } from "./PeoplePanel";

/**
 * All that is said about the meeting itself, in one row that never changes its height.
 *
 * Its children are lines, the most urgent first. The first one is shown; the others, and what does not fit, lie over
 * the captions once somebody asks for them.
 */
export function StatusStrip({ children }: { children: ReactNode }) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const [open, setOpen] = useState(false);
  const lines = useRef<HTMLDivElement>(null);
  const hidden = useHiddenLines(lines);
  const id = useId();
  return (
    <section
      className="strip"
      aria-label={text("room.status")}
      data-open={open && hidden}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
    >
      <div className="strip-lines" id={id} ref={lines}>
        {children}
        <InterpreterLine />
      </div>
      <FeedbackLine />
      <button
        type="button"
        className="button button-quiet button-icon strip-more"
        aria-label={text("room.statusMore")}
        aria-expanded={open && hidden}
        aria-controls={id}
        data-useless={!hidden}
        disabled={!hidden}
        onClick={() => setOpen(!open)}
      >
        <Icon name="down" />
      </button>
      <LagBadge />
      <QualityBars person={meeting.room.localParticipant} />
    </section>
  );
}

/** What is shown while there is nothing to say. */
function InterpreterLine() {
  const { text } = useI18n();
  const interpreter = useStore(useMeeting().interpreter);
  const state = !interpreter.present ? "absent" : interpreter.state === "initializing" ? "joining" : "present";
  const words = {
    absent: text("people.interpreterAbsent"),
    joining: `${text("people.interpreter")} · ${text("people.interpreterInitializing")}`,
    present: text("org.present"),
  };
  return (
    <p className="strip-interpreter" data-presence={state}>
      <span className="dot" aria-hidden="true" />
      {words[state]}
    </p>
  );
}

/** Whether there is more to read than the row shows. */
function useHiddenLines(lines: React.RefObject<HTMLDivElement | null>): boolean {
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    const element = lines.current;
    if (!element) return undefined;
    const look = (): void => {
      const said = [...element.querySelectorAll<HTMLElement>("p:not(.strip-interpreter)")];
      setHidden(said.length > 1 || said.some((line) => line.scrollHeight > line.clientHeight + 1));
    };
    const changes = new MutationObserver(look);
    changes.observe(element, { childList: true, subtree: true, characterData: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      changes.disconnect();
      sizes.disconnect();
    };
  }, [lines]);
  return hidden;
}
