import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { words } from "../i18n/words";

/** Asks for a translation for as long as it is held, by pointer or key. */
export function HoldButton({ press }: { press: (pressed: boolean) => void }) {
  const [held, setHeld] = useState(false);
  const before = useRef(false);
  useEffect(() => {
    if (before.current !== held) press(held);
    before.current = held;
  }, [held, press]);
  const onKey =
    (down: boolean) =>
    (event: KeyboardEvent): void => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault(); // the page must not scroll
      setHeld(down);
    };
  return (
    <button
      type="button"
      className="button button-main hold"
      aria-pressed={held}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld(true);
      }}
      onPointerUp={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
      onLostPointerCapture={() => setHeld(false)}
      onKeyDown={onKey(true)}
      onKeyUp={onKey(false)}
      onBlur={() => setHeld(false)}
    >
      {words.text("speak.hold")}
    </button>
  );
}
