import { words } from "../i18n/words";
import { SPEAK_MODES, type Change, type Settings, type SpeakMode } from "../logic/settings";
import { Select, Switch } from "./fields";

/** Whether this person is interpreted, and what the others hear. */
export function SpeakFields({ settings, change }: { settings: Settings; change: (change: Change) => void }) {
  const { text } = words;
  return (
    <>
      <Switch
        label={text("microphone.use")}
        on={settings.microphone}
        onChange={(microphone) => change({ microphone })}
      />
      {settings.microphone && (
        <Select
          label={text("speak.label")}
          value={settings.speak}
          choices={SPEAK_MODES.map((value) => ({ value, label: text(`speak.${value}`) }))}
          onChange={(value) => change({ speak: value as SpeakMode })}
        />
      )}
    </>
  );
}
