import { useCallback, useId, useRef, useState } from "react";
import { canChooseSpeaker, useDevices } from "../hooks/useDevices";
import { useI18n } from "../hooks/useI18n";
import { useLevel, type Meter } from "../hooks/useMicrophoneCheck";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import { Notice, Segmented, Select, Switch } from "./controls";

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
export function Level({ meter, hint }: { meter: (() => Meter) | null; hint?: string }) {
  const { text } = useI18n();
  const id = useId();
  const bar = useRef<HTMLDivElement>(null);
  useLevel(meter, (level) => {
    if (bar.current) bar.current.style.transform = `scaleX(${level.toFixed(3)})`;
  });
  return (
    <div className="level">
      <p className="level-name" id={id}>
        {text("before.level")}
      </p>
      <div
        className="level-track"
        role="img"
        aria-labelledby={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      >
        <div className="level-bar" ref={bar} />
      </div>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** What is done to the sound of the microphone, at the door and in the meeting. */
export function ProcessingSwitches() {
  const { text } = useI18n();
  const [{ processing, noticeMuted }, change] = usePreferences();
  const set = (part: Partial<typeof processing>): void => change({ processing: { ...processing, ...part } });
  return (
    <div className="processing">
      <Switch
        label={text("sound.echo")}
        checked={processing.echoCancellation}
        onChange={(echoCancellation) => set({ echoCancellation })}
      />
      <Switch label={text("sound.autoGain")} checked={processing.autoGain} onChange={(autoGain) => set({ autoGain })} />
      <Segmented
        label={text("sound.noise")}
        value={processing.noise}
        choices={[
          { value: "off", label: text("sound.noiseOff") },
          { value: "standard", label: text("sound.noiseStandard") },
          { value: "strong", label: text("sound.noiseStrong") },
        ]}
        onChange={(noise) => set({ noise })}
      />
      <p className="hint">{text("sound.noiseHint")}</p>
      <Switch
        label={text("sound.notice")}
        hint={text("sound.noticeHint")}
        checked={noticeMuted}
        onChange={(on) => change({ noticeMuted: on })}
      />
    </div>
  );
}

/** The devices of somebody in a meeting. */
export function MeetingDevices() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const [preferences, change] = usePreferences();
  const microphone = useStore(meeting.microphone);
  const devices = useDevices(microphone.state === "on");
  const [speakerFails, setSpeakerFails] = useState(false);
  const setSpeaker = async (speaker: string): Promise<void> => {
    change({ speaker });
    try {
      await meeting.setSpeaker(speaker);
      setSpeakerFails(false);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setSpeakerFails(true);
    }
  };
  return (
    <>
      {meeting.maySpeak && (
        <DeviceSelect
          label={text("before.microphone")}
          devices={devices.microphones}
          value={preferences.microphone}
          onChange={(deviceId) => {
            change({ microphone: deviceId });
            void meeting.switchMicrophone(deviceId);
          }}
        />
      )}
      {canChooseSpeaker && (
        <DeviceSelect
          label={text("before.speaker")}
          devices={devices.speakers}
          value={preferences.speaker}
          onChange={(speaker) => void setSpeaker(speaker)}
        />
      )}
      {speakerFails && <Notice kind="warning">{text("sound.speakerFailed")}</Notice>}
    </>
  );
}

/** For `useLevel`: measures what this person sends into the meeting, or nothing. */
export function useOwnMeter(): (() => Meter) | null {
  const { atMicrophone, microphone } = useMeeting();
  const { state } = useStore(microphone);
  const open = useCallback((): Meter => ({ levelDbfs: () => atMicrophone?.levelDbfs() ?? -Infinity }), [atMicrophone]);
  return state === "on" ? open : null;
}
