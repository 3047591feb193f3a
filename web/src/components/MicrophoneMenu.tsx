import { useEffect, useId, useRef, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { Icon } from "./Icon";
import { Level, MeetingDevices, ProcessingSwitches, useOwnMeter } from "./SoundControls";

/** Beside the microphone's button: its devices, its level, and what is done to its sound. */
export function MicrophoneMenu() {
  const { text } = useI18n();
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = ({ target }: PointerEvent): void => {
      const slot = menu.current?.closest(".tool-slot");
      if (!(target instanceof Node && slot?.contains(target))) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  return (
    <div
      className="mic-menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        type="button"
        ref={button}
        className="tool tool-mic-menu"
        aria-label={text("sound.menu")}
        title={text("sound.menu")}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" />
      </button>
      <div className="mic-menu-sheet" id={id} role="group" aria-label={text("sound.menu")} ref={menu} hidden={!open}>
        {open && <MenuContent />}
      </div>
    </div>
  );
}

function MenuContent() {
  const meter = useOwnMeter();
  return (
    <>
      <MeetingDevices />
      <Level meter={meter} />
      <ProcessingSwitches />
    </>
  );
}
