import { useEffect, useState } from "react";
import { microphoneProblem, type MicrophoneProblem } from "@hive/logic/microphone";
import { Select, Trouble, type Choice } from "../components/fields";
import { words } from "../i18n/words";
import type { Change, Settings } from "../logic/settings";

interface MicrophoneSectionProps {
  readonly settings: Settings;
  readonly change: (change: Change) => void;
}

/** Here the browser can ask for the microphone: where the call is interpreted nobody would see the question. */
export function MicrophoneSection({ settings, change }: MicrophoneSectionProps) {
  const { text } = words;
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const [problem, setProblem] = useState<MicrophoneProblem | null>(null);

  useEffect(() => {
    void look().then(setDevices);
  }, []);
  const allow = async (): Promise<void> => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) track.stop();
      setProblem(null);
      setDevices(await look());
    } catch (error) {
      setProblem(microphoneProblem(error));
    }
  };

  const usual: Choice = { value: "", label: text("microphone.usual") };
  const named = devices.map(({ deviceId, label }) => ({ value: deviceId, label }));
  return (
    <section>
      <h2>{text("microphone.device")}</h2>
      {named.length > 0 ? (
        <>
          <p>{text("microphone.allowed")}</p>
          <Select
            label={text("microphone.device")}
            value={named.some(({ value }) => value === settings.device) ? settings.device : ""}
            choices={[usual, ...named]}
            onChange={(device) => change({ device })}
          />
        </>
      ) : (
        <button type="button" className="button" onClick={() => void allow()}>
          {text("microphone.allow")}
        </button>
      )}
      {problem && <Trouble>{text(`microphone.${problem}`)}</Trouble>}
    </section>
  );
}

/** Microphones by name, which the browser tells only whom it lets use one. */
async function look(): Promise<readonly MediaDeviceInfo[]> {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter(({ kind, label, deviceId }) => kind === "audioinput" && label !== "" && deviceId !== "default");
}
