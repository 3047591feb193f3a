import { useEffect, useRef, useState } from "react";
import { canChooseSpeaker, useDevices } from "../hooks/useDevices";
import { useI18n } from "../hooks/useI18n";
import { playChime, useLevel, useMicrophoneCheck, useTestRecording } from "../hooks/useMicrophoneCheck";
import { usePreferences } from "../hooks/usePreferences";
import type { TextKey } from "../logic/i18n";
import type { MicrophoneProblem } from "../logic/microphone";
import { Notice, Select, Switch } from "./controls";
import { Icon } from "./Icon";

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
  const check = useMicrophoneCheck(maySpeak && wanted && !joining, preferences.microphone);
  const stream = check.state === "open" ? check.stream : null;
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
          {usable && (
            <DeviceSelect
              label={text("before.microphone")}
              devices={devices.microphones}
              value={preferences.microphone}
              onChange={(microphone) => change({ microphone })}
            />
          )}
          {usable && <Level stream={stream} />}
          {usable && <TestButton stream={stream} speaker={preferences.speaker} />}
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
    </>
  );
}

interface DeviceSelectProps {
  readonly label: string;
  readonly devices: readonly MediaDeviceInfo[];
  readonly value: string;
  readonly onChange: (deviceId: string) => void;
}

export function DeviceSelect({ label, devices, value, onChange }: DeviceSelectProps) {
  const { text } = useI18n();
  const known = devices.some((device) => device.deviceId === value);
  return (
    <Select
      label={label}
      value={known ? value : ""}
      choices={[
        { value: "", label: text("before.deviceDefault") },
        ...devices.map((device, at) => ({
          value: device.deviceId,
          label: device.label || text("before.deviceNumber", { number: at + 1 }),
        })),
      ]}
      onChange={onChange}
    />
  );
}

/** Moves without rendering; for a screen reader the words below it say what to expect. */
function Level({ stream }: { stream: MediaStream | null }) {
  const { text } = useI18n();
  const bar = useRef<HTMLDivElement>(null);
  useLevel(stream, (level) => {
    if (bar.current) bar.current.style.transform = `scaleX(${level.toFixed(3)})`;
  });
  return (
    <div className="level">
      <p className="level-name" id="level-name">
        {text("before.level")}
      </p>
      <div className="level-track" role="img" aria-labelledby="level-name" aria-describedby="level-hint">
        <div className="level-bar" ref={bar} />
      </div>
      <p className="hint" id="level-hint">
        {text("before.levelHint")}
      </p>
    </div>
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
