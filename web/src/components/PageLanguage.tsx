import { usePreferences } from "../hooks/usePreferences";
import { INTERFACE_LANGUAGES, ownNameOf } from "../logic/languages";

/** The language of a page, each by its own name. `label` is the choice's name in the present one. */
export function PageLanguage({ label, language }: { label: string; language: string }) {
  const [, change] = usePreferences();
  return (
    <select
      className="page-language"
      aria-label={label}
      value={language}
      onChange={(event) => change({ interfaceLanguage: event.target.value })}
    >
      {INTERFACE_LANGUAGES.map((code) => (
        <option key={code} value={code} lang={code}>
          {ownNameOf(code, language)}
        </option>
      ))}
    </select>
  );
}
