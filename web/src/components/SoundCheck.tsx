import { useEffect, useState } from "react";
import { canChooseSpeaker, useDevices } from "../hooks/useDevices";
import { useI18n } from "../hooks/useI18n";
import { playChime, useMicrophoneCheck, useStreamMeter, useTestRecording } from "../hooks/useMicrophoneCheck";
import { usePreferences } from "../hooks/usePreferences";
import type { TextKey } from "../logic/i18n";
import type { MicrophoneProblem } from "../logic/microphone";
import { Notice, Switch } from "./controls";
import { Icon } from "./Icon";
import { DeviceSelect, Level, ProcessingSwitches } from "./SoundControls";

export const MICROPHONE_TEXTS: Readonly<Record<MicrophoneProblem, TextKey>> = {
  denied: "mic.denied",
  missing: "mic.missing",
  busy: "mic.busy",
  other: "mic.other",
};

interface SoundCheckProps {
  readonly maySpeak: boolean;
  /** The microphone is closed while the meeting opens it itself. */
  readonly joining: boolean;
  /** The device to take along, or null to listen only. */
  readonly onMicrophone: (device: string | null) => void;
}

export function SoundCheck({ maySpeak, joining, onMicrophone }: SoundCheckProps) {
  const { text } = useI18n();
  const [preferences, change] = usePreferences();
  const [wanted, setWanted] = useState(maySpeak);
  const check = useMicrophoneCheck(maySpeak && wanted && !joining, preferences.microphone, preferences.processing);
  const stream = check.state === "open" ? check.stream : null;
  const meter = useStreamMeter(stream);
  const devices = useDevices(check.state === "open");
  const usable = maySpeak && wanted && check.state !== "failed";

  useEffect(() => {
    if (!joining) onMicrophone(usable ? preferences.microphone : null);
  }, [usable, joining, preferences.microphone, onMicrophone]);

  return (
    <>
      {maySpeak && (
        <>
          <Switch
            label={text("before.useMicrophone")}
            hint={text("before.allowHint")}
            checked={wanted}
            onChange={setWanted}
          />
          {wanted && check.state === "failed" && (
            <Notice kind="warning">{text(MICROPHONE_TEXTS[check.problem])}</Notice>
          )}
          {usable && <Level meter={meter} hint={text("before.levelHint")} />}
        </>
      )}
      <details className="sound-check">
        <summary>{text("before.sound")}</summary>
        {usable && (
          <>
            <DeviceSelect
              label={text("before.microphone")}
              devices={devices.microphones}
              value={preferences.microphone}
              onChange={(microphone) => change({ microphone })}
            />
            <TestButton stream={stream} speaker={preferences.speaker} />
            <details>
              <summary>{text("sound.processing")}</summary>
              <ProcessingSwitches />
            </details>
          </>
        )}
        {canChooseSpeaker && (
          <DeviceSelect
            label={text("before.speaker")}
            devices={devices.speakers}
            value={preferences.speaker}
            onChange={(speaker) => change({ speaker })}
          />
        )}
        <ChimeButton speaker={preferences.speaker} />
        <p className="hint">{text("before.headphones")}</p>
      </details>
    </>
  );
}

function TestButton({ stream, speaker }: { stream: MediaStream | null; speaker: string }) {
  const { text } = useI18n();
  const [state, start] = useTestRecording(stream, speaker);
  const labels = { idle: "before.test", recording: "before.testing", playing: "before.playing" } as const;
  return (
    <div>
      <button
        type="button"
        className="button"
        disabled={!stream || state !== "idle"}
        onClick={start}
        aria-describedby="test-hint"
      >
        <Icon name={state === "playing" ? "sound" : "record"} />
        <span aria-live="polite">{text(labels[state])}</span>
      </button>
      <p className="hint" id="test-hint">
        {text("before.testHint")}
      </p>
    </div>
  );
}

function ChimeButton({ speaker }: { speaker: string }) {
  const { text } = useI18n();
  const [playing, setPlaying] = useState(false);
  const play = async (): Promise<void> => {
    setPlaying(true);
    try {
      await playChime(speaker);
    } finally {
      setPlaying(false);
    }
  };
  return (
    <button type="button" className="button" disabled={playing} onClick={() => void play()}>
      <Icon name="sound" />
      {text("before.chime")}
    </button>
  );
}
