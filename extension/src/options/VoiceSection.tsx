import { REGISTERS, registerOf } from "@hive/logic/hearing";
import { Select, Told } from "../components/fields";
import { words } from "../i18n/words";
import type { Change, Settings } from "../logic/settings";

/** Whether low or high voices speak the translations. */
export function VoiceSection({ settings, change }: { settings: Settings; change: (change: Change) => void }) {
  const { text } = words;
  const choices = REGISTERS.map((value) => ({ value, label: text(`voice.${value || "auto"}`) }));
  return (
    <section>
      <h2>{text("voice.mine")}</h2>
      <Select
        label={text("voice.mine")}
        value={settings.voice}
        choices={choices}
        onChange={(value) => change({ voice: registerOf(value) })}
      />
      <Select
        label={text("voice.call")}
        value={settings.callVoice}
        choices={choices}
        onChange={(value) => change({ callVoice: registerOf(value) })}
      />
      <Told>{text("voice.hint")}</Told>
    </section>
  );
}
