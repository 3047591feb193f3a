import { useEffect, useId, useRef, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useLevel } from "../hooks/useMicrophoneCheck";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import type { Microphone } from "../room/meeting";
import { Icon } from "./Icon";
import { MicrophoneMenu } from "./MicrophoneMenu";
import { MicrophoneWords } from "./MicrophoneWords";
import { MICROPHONE_TEXTS } from "./SoundCheck";
import { useOwnMeter } from "./SoundControls";
import { ToolMessage } from "./ToolMessage";

/** Mutes and unmutes; says why where that fails, and who still listens once this person has stopped speaking. */
export function MicrophoneButton() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const microphone = useStore(meeting.microphone);
  const waiting = useStore(meeting.waiting);
  const [closed, setClosed] = useState<Microphone | null>(null);
  const id = useId();
  const on = microphone.state === "on";
  const problem = microphone.state === "failed" ? microphone.problem : null;
  useSoundWishes();
  const told = problem !== null && closed !== microphone;
  return (
    <div className="tool-slot">
      <button
        type="button"
        className="tool tool-mic"
        data-microphone={microphone.state}
        data-waiting={waiting > 0}
        aria-describedby={told ? id : undefined}
        onClick={() => void meeting.setMicrophone(!on)}
      >
        <Icon name={on ? "mic" : "micOff"} />
        <span>{text(on ? "room.mute" : "room.unmute")}</span>
        {problem && (
          <span className="tool-doubt" title={text(MICROPHONE_TEXTS[problem])}>
            ?
          </span>
        )}
        <ButtonLevel />
      </button>
      <MicrophoneMenu />
      <WaitCount waiting={waiting} />
      {told && (
        <ToolMessage id={id} onClose={() => setClosed(microphone)}>
          {text(MICROPHONE_TEXTS[problem])}
          {problem === "denied" && ` ${text("mic.allow")}`}
        </ToolMessage>
      )}
      {!told && meeting.atMicrophone && <MicrophoneWords id={id} atMicrophone={meeting.atMicrophone} />}
    </div>
  );
}

/** The meeting does what is chosen, wherever it was chosen. */
function useSoundWishes(): void {
  const { atMicrophone } = useMeeting();
  const [{ processing, noticeMuted }] = usePreferences();
  useEffect(() => atMicrophone?.setWishes({ processing, noticeMuted }), [atMicrophone, processing, noticeMuted]);
}

/** How loud this person is, along the lower edge; empty while they are muted. */
function ButtonLevel() {
  const bar = useRef<HTMLSpanElement>(null);
  useLevel(useOwnMeter(), (level) => {
    if (bar.current) bar.current.style.transform = `scaleX(${level.toFixed(2)})`;
  });
  return <span className="tool-level" aria-hidden="true" ref={bar} />;
}

/** Above the button, over the page. */
function WaitCount({ waiting }: { waiting: number }) {
  const { count } = useI18n();
  return (
    <p className="wait" role="status" data-waiting={waiting}>
      {waiting > 0 && <span>{count("wait.listening", waiting)}</span>}
    </p>
  );
}
