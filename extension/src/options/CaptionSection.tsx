import { useId } from "react";
import { READ_MODES } from "@hive/logic/captionView";
import { Select } from "../components/fields";
import { words } from "../i18n/words";
import type { Change, Settings } from "../logic/settings";

/** What is read, and how loud the original stays beside its translation. */
export function CaptionSection({ settings, change }: { settings: Settings; change: (change: Change) => void }) {
  const { text } = words;
  const id = useId();
  return (
    <section>
      <h2>{text("read.label")}</h2>
      <Select
        label={text("read.label")}
        value={settings.read}
        choices={READ_MODES.map((value) => ({ value, label: text(`read.${value}`) }))}
        onChange={(value) => {
          const read = READ_MODES.find((mode) => mode === value);
          if (read) change({ read });
        }}
      />
      <div className="field">
        <label htmlFor={id}>{text("balance.label")}</label>
        <input
          id={id}
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={settings.balance}
          onChange={(event) => change({ balance: event.target.valueAsNumber })}
        />
      </div>
    </section>
  );
}
