import { COMMON_LANGUAGES, nameOf, sortedByName } from "@hive/logic/languages";
import { words } from "../i18n/words";
import type { Change, Settings } from "../logic/settings";
import { Select, type Choice } from "./fields";

interface LanguageFieldsProps {
  readonly settings: Settings;
  /** null where nobody knows it yet. */
  readonly offered: readonly string[] | null;
  readonly change: (change: Change) => void;
}

/** What is heard, what is spoken, and what this person speaks. */
export function LanguageFields({ settings, offered, change }: LanguageFieldsProps) {
  const { text } = words;
  const hear = [{ value: "off", label: text("language.original") }, ...languages(offered, settings.hear)];
  const theirs = [{ value: "auto", label: text("language.auto") }, ...languages(null, settings.theirs)];
  return (
    <>
      <Select
        label={text("language.hear")}
        value={settings.hear}
        choices={hear}
        onChange={(value) => change({ hear: value })}
      />
      <Select
        label={text("language.theirs")}
        value={settings.theirs}
        choices={theirs}
        onChange={(value) => change({ theirs: value })}
      />
      <Select
        label={text("language.mine")}
        value={settings.mine}
        choices={languages(null, settings.mine)}
        onChange={(value) => change({ mine: value })}
      />
    </>
  );
}

/** Those that there are, and the one that is chosen in any case. */
function languages(offered: readonly string[] | null, chosen: string): Choice[] {
  const codes = [...(offered ?? COMMON_LANGUAGES), chosen].filter((code) => code !== "off" && code !== "auto");
  return sortedByName(codes, words.language).map((value) => ({ value, label: nameOf(value, words.language) }));
}
