import { useTrackToggle } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useId, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { Icon } from "./Icon";
import { ToolMessage } from "./ToolMessage";

/** What is made for microphones would take music and other voices out of it. */
const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

export function ShareButton() {
  const { text } = useI18n();
  const [told, setTold] = useState(false);
  const id = useId();
  const { enabled, pending, toggle } = useTrackToggle({
    source: Track.Source.ScreenShare,
    // The meeting's own tab and the machine's whole sound would have translations interpreted again.
    captureOptions: { audio: AS_IT_IS, selfBrowserSurface: "exclude", systemAudio: "exclude" },
    onDeviceError: (error) => {
      console.info("the screen is not shared", error.name);
      setTold(true);
    },
  });
  if (!("getDisplayMedia" in (navigator.mediaDevices ?? {}))) return null;
  const change = (): void => {
    setTold(false);
    void toggle();
  };
  return (
    <div className="tool-slot">
      <button
        type="button"
        className="tool tool-share"
        aria-pressed={enabled}
        aria-describedby={told ? id : undefined}
        title={text(enabled ? "room.unshare" : "room.share")}
        disabled={pending}
        onClick={change}
      >
        <Icon name="screen" />
        <span>{text(enabled ? "room.unshare" : "room.share")}</span>
        {told && <span className="tool-doubt">?</span>}
      </button>
      {told && (
        <ToolMessage id={id} onClose={() => setTold(false)}>
          {text("room.shareFailed")}
        </ToolMessage>
      )}
    </div>
  );
}
