import { COMMON_LANGUAGES, nameOf, sortedByName } from "@hive/logic/languages";
import { send } from "../chrome/messages";
import { words } from "../i18n/words";
import type { Settings } from "../logic/settings";

/** The language to hear and read. */
export function HearSelect({ settings, offered }: { settings: Settings; offered: readonly string[] | null }) {
  const { text, language } = words;
  const codes = sortedByName(
    [...(offered ?? COMMON_LANGUAGES), settings.hear].filter((code) => code !== "off"),
    language,
  );
  return (
    <select
      aria-label={text("language.hear")}
      value={settings.hear}
      onChange={(event) => void send({ to: "background", type: "change", change: { hear: event.target.value } })}
    >
      <option value="off">{text("language.original")}</option>
      {codes.map((code) => (
        <option key={code} value={code}>
          {nameOf(code, language)}
        </option>
      ))}
    </select>
  );
}
