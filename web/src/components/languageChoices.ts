import type { Translator } from "../logic/i18n";
import { COMMON_LANGUAGES, nameOf, sortedByName } from "../logic/languages";
import { isOffered } from "../logic/offer";
import type { Choice } from "./controls";

/**
 * Languages by name, with what is chosen among them even where it is not offered.
 *
 * Where it is known what is offered, common languages that are not follow, greyed, and say that they are not there.
 */
export function languageChoices(
  { language: locale, text }: Translator,
  offered: readonly string[] | null | undefined,
  chosen = "",
): Choice<string>[] {
  const known = offered?.length ? offered : null;
  const codes = known ?? COMMON_LANGUAGES;
  const listed = new Set(codes.map((code) => code.toLowerCase()));
  const extra = chosen && chosen !== "off" && chosen !== "auto" && !listed.has(chosen.toLowerCase()) ? [chosen] : [];
  const there = [...codes, ...extra].filter((code) => isOffered(code, known));
  const missing = [...extra, ...COMMON_LANGUAGES].filter((code) => !isOffered(code, known));
  return [
    ...sortedByName(there, locale).map((value) => ({ value, label: nameOf(value, locale) })),
    ...sortedByName(missing, locale).map((value) => ({
      value,
      label: text("before.notHere", { language: nameOf(value, locale) }),
      disabled: true,
    })),
  ];
}
