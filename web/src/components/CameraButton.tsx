import { useEffect, useId, useRef, useState } from "react";
import { useDevices } from "../hooks/useDevices";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import type { TextKey } from "../logic/i18n";
import type { MicrophoneProblem } from "../logic/microphone";
import type { CameraState } from "../room/camera";
import { Icon } from "./Icon";
import { ToolMessage } from "./ToolMessage";

const CAMERA_TEXTS: Readonly<Record<MicrophoneProblem, TextKey>> = {
  denied: "camera.denied",
  missing: "camera.missing",
  busy: "camera.busy",
  other: "camera.other",
};

/** Starts and stops the camera, says why where that fails, and offers the others where there are several. */
export function CameraButton() {
  const { text } = useI18n();
  const { camera } = useMeeting();
  const state = useStore(camera.state);
  const [closed, setClosed] = useState<CameraState | null>(null);
  const id = useId();
  const on = state.state === "on";
  const problem = state.state === "failed" ? state.problem : null;
  const told = problem !== null && closed !== state;
  const label = text(on ? "camera.stop" : "camera.start");
  return (
    <div className="tool-slot camera-slot">
      <button
        type="button"
        className="tool tool-camera"
        data-camera={state.state}
        title={label}
        aria-busy={state.state === "starting"}
        aria-describedby={told ? id : undefined}
        onClick={() => void camera.turn(!on)}
      >
        <Icon name={on ? "camera" : "cameraOff"} />
        <span>{label}</span>
        {problem && (
          <span className="tool-doubt" title={text(CAMERA_TEXTS[problem])}>
            ?
          </span>
        )}
      </button>
      {on && <CameraMenu />}
      {told && (
        <ToolMessage id={id} onClose={() => setClosed(state)}>
          {text(CAMERA_TEXTS[problem])}
        </ToolMessage>
      )}
    </div>
  );
}

/** Browsers name cameras only to who has one open. */
function CameraMenu() {
  const { text } = useI18n();
  const { camera } = useMeeting();
  const [, change] = usePreferences();
  useStore(camera.state); // another camera may have taken over
  const { cameras } = useDevices(true);
  const [open, setOpen] = useState(false);
  const slot = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node && slot.current?.contains(target))) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  if (cameras.length < 2) return null;
  const close = (): void => {
    setOpen(false);
    slot.current?.querySelector("button")?.focus();
  };
  const choose = (device: string): void => {
    close();
    change({ camera: device });
    void camera.choose(device);
  };
  return (
    <div className="camera-menu" ref={slot} onKeyDown={(event) => event.key === "Escape" && close()}>
      <button
        type="button"
        className="tool"
        aria-label={text("camera.choose")}
        title={text("camera.choose")}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Icon name="unfold" />
      </button>
      {open && (
        <ul id={id} aria-label={text("camera.choose")}>
          {cameras.map(({ deviceId, label }, at) => (
            <li key={deviceId}>
              <button type="button" aria-pressed={deviceId === camera.device} onClick={() => choose(deviceId)}>
                <Icon name={deviceId === camera.device ? "check" : "camera"} />
                <span dir="auto">{label || `${text("camera.choose")} ${at + 1}`}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
