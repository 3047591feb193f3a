import { lazy, Suspense, useEffect, useId, useRef, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { Icon } from "./Icon";
import { PartBoundary } from "./PartBoundary";

const HandMenu = lazy(() => import("./HandMenu"));

/** Raising the hand, reactions, and requests to who speaks, in one small menu that lies over the page. */
export function HandButton() {
  const { text, labelled, count, number } = useI18n();
  const { hands, room } = useMeeting();
  const raised = useStore(hands.raised);
  const [open, setOpen] = useState(false);
  const slot = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const mine = raised.includes(room.localParticipant.identity);

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = ({ target }: PointerEvent): void => {
      if (target instanceof Node && !slot.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const title = text("hand.button");
  return (
    <div
      className="tool-slot tool-slot-end"
      ref={slot}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        type="button"
        ref={button}
        className="tool tool-hand"
        data-raised={mine}
        aria-expanded={open}
        aria-controls={id}
        aria-label={raised.length ? labelled(title, count("hand.count", raised.length)) : title}
        title={title}
        onClick={() => setOpen(!open)}
      >
        <Icon name="hand" />
        <span>{title}</span>
        {raised.length > 0 && (
          <span className="tool-count" aria-hidden="true">
            {number(raised.length)}
          </span>
        )}
      </button>
      <div className="hand-menu" id={id} hidden={!open}>
        {open && (
          <PartBoundary>
            <Suspense fallback={<p className="hint">{text("app.loading")}</p>}>
              <HandMenu onDone={close} />
            </Suspense>
          </PartBoundary>
        )}
      </div>
    </div>
  );
}
