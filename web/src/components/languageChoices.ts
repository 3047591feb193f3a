import type { Translator } from "../logic/i18n";
import { COMMON_LANGUAGES, nameOf, sortedByName } from "../logic/languages";
import type { Choice } from "./controls";

/** Languages by name, with what is chosen among them even where it is not offered. */
export function languageChoices(
  { language: locale }: Translator,
  offered: readonly string[] | null | undefined,
  chosen = "",
): Choice<string>[] {
  const codes = offered?.length ? offered : COMMON_LANGUAGES;
  const extra = chosen && chosen !== "off" && chosen !== "auto" ? [chosen] : [];
  const known = new Set(codes.map((code) => code.toLowerCase()));
  const all = [...codes, ...extra.filter((code) => !known.has(code.toLowerCase()))];
  return sortedByName(all, locale).map((value) => ({ value, label: nameOf(value, locale) }));
}
