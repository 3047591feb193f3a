/** Language codes are BCP 47 and compared without case. */

export const INTERFACE_LANGUAGES = ["en", "es", "fr", "de", "pt", "it", "zh", "ja", "ar", "hi"] as const;
export type InterfaceLanguage = (typeof INTERFACE_LANGUAGES)[number];

/** Offered where nobody has said yet what the room's interpreter can do. */
export const COMMON_LANGUAGES: readonly string[] = [
  "ar",
  "ca",
  "cs",
  "de",
  "el",
  "en",
  "es",
  "fi",
  "fr",
  "he",
  "hi",
  "hu",
  "id",
  "it",
  "ja",
  "ko",
  "nl",
  "pl",
  "pt",
  "ro",
  "ru",
  "sv",
  "tr",
  "uk",
  "vi",
  "zh",
];

const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

/** Other codes of the same language, as in pipeline/text/languages.py. */
const ONE_CODE: Readonly<Record<string, string>> = {
  nb: "no",
  iw: "he",
  in: "id",
  ji: "yi",
  jw: "jv",
  mo: "ro",
  fil: "tl",
  cmn: "zh",
};

/** As worker/listeners.py takes them. */
const CODE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}$/;

/** Whether `text` can be a language code; what comes from a room may be anything. */
export function isLanguageCode(text: string): boolean {
  return CODE.test(text);
}

export function baseOf(code: string): string {
  const first = subtagsOf(code)[0] ?? "";
  return ONE_CODE[first] ?? first;
}

function subtagsOf(code: string): string[] {
  return code.toLowerCase().replaceAll("_", "-").split("-");
}

export function directionOf(code: string): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.has(baseOf(code)) ? "rtl" : "ltr";
}

/** Which of the offered languages serves the wanted one: itself, else without region, else with another one. */
export function servedBy(wanted: string, offered: Iterable<string>): string | undefined {
  const alike = [...offered].filter((code) => baseOf(code) === baseOf(wanted));
  const exact = alike.find((code) => subtagsOf(code).join() === subtagsOf(wanted).join());
  return exact ?? alike.find((code) => subtagsOf(code).length === 1) ?? alike[0];
}

/** True where somebody who understands one of the two understands the other: "pt" and "pt-BR". */
export function sameLanguage(one: string, other: string): boolean {
  return one !== "" && baseOf(one) === baseOf(other);
}

/** The language's name on its own, for a reader of `locale`: with a capital letter; the code where there is none. */
export function nameOf(code: string, locale: string): string {
  const name = nameWithin(code, locale);
  return name === code ? code : capitalised(name, locale);
}

export function capitalised(words: string, locale: string): string {
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}

/** The language's name as it is written within a sentence: "inglés", but "English"; the code where there is none. */
export function nameWithin(code: string, locale: string): string {
  try {
    return namesIn(locale).of(code) ?? code;
  } catch (error) {
    if (error instanceof RangeError) return code; // not a well-formed code
    throw error;
  }
}

/** The language as its own speakers call it, on its own; for a reader of `locale` where the browser does not know it. */
export function ownNameOf(code: string, locale: string): string {
  try {
    // For a language that it has no words of, a browser would answer in its own.
    return nameOf(code, Intl.DisplayNames.supportedLocalesOf([code]).length ? code : locale);
  } catch (error) {
    if (error instanceof RangeError) return code;
    throw error;
  }
}

/** Making them is slow, and a list asks for many; there are as many as there are languages to choose from. */
const MOST_KEPT = 600;
const kept = new Map<string, Intl.DisplayNames>();

function namesIn(locale: string): Intl.DisplayNames {
  const known = kept.get(locale);
  if (known) return known;
  if (kept.size >= MOST_KEPT) kept.clear();
  const made = new Intl.DisplayNames([locale], { type: "language" });
  kept.set(locale, made);
  return made;
}

/** Codes without repetition, sorted by the name that a reader of `locale` sees. */
export function sortedByName(codes: Iterable<string>, locale: string): string[] {
  const collator = new Intl.Collator(locale);
  return [...new Set(codes)].sort((a, b) => collator.compare(nameOf(a, locale), nameOf(b, locale)));
}

/** The first of the browser's languages that the interface speaks, else English. */
export function preferredInterface(wanted: readonly string[]): InterfaceLanguage {
  for (const code of wanted) {
    const found = INTERFACE_LANGUAGES.find((language) => language === baseOf(code));
    if (found) return found;
  }
  return "en";
}
