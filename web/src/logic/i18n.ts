/** The interface's words in the reader's language, with the plural forms that the language has. */

import type { en } from "../i18n/en";
import { capitalised, directionOf, type InterfaceLanguage } from "./languages";

export type Plural = { readonly other: string } & { readonly [rule in Intl.LDMLPluralRule]?: string };

type Catalogue = typeof en;
/** A catalogue has the keys of the English one, a plural where it has one. */
export type MessagesOf<English> = { readonly [key in keyof English]: English[key] extends string ? string : Plural };
export type Messages = MessagesOf<Catalogue>;

type KeysOf<English, Kind> = { [key in keyof English]: English[key] extends Kind ? key : never }[keyof English];
export type TextKeyOf<English> = KeysOf<English, string>;
export type PluralKeyOf<English> = Exclude<keyof English, TextKeyOf<English>>;
export type TextKey = TextKeyOf<Catalogue>;
export type PluralKey = PluralKeyOf<Catalogue>;
export type Values = Readonly<Record<string, string | number>>;

const COLONS: Readonly<Partial<Record<InterfaceLanguage, string>>> = { fr: "\u00a0: ", ja: "：", zh: "：" };

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LEFT_TO_RIGHT = /(?![\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])\p{L}/u;

/** The words of one page: `English` is its English catalogue. */
export class TranslatorOf<English> {
  private readonly rules: Intl.PluralRules;
  private readonly numbers: Intl.NumberFormat;

  constructor(
    readonly language: InterfaceLanguage,
    private readonly messages: MessagesOf<English>,
  ) {
    this.rules = new Intl.PluralRules(language);
    this.numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  }

  readonly text = (key: TextKeyOf<English>, values: Values = {}): string =>
    this.fill(this.messages[key] as string, values);

  /** Whether there is a text of this name: words of a service are looked up by it. */
  readonly knows = (key: string): key is TextKeyOf<English> & string =>
    typeof (this.messages as Readonly<Record<string, unknown>>)[key] === "string";

  /** A text that stands within another one: a language that it begins with keeps its small letter. */
  readonly within = (key: TextKeyOf<English>, values: Values): string =>
    this.fill(this.messages[key] as string, values, false);

  /** The form for `count`, with the number itself as `{count}`. */
  readonly count = (key: PluralKeyOf<English>, count: number, values: Values = {}): string => {
    const forms = this.messages[key] as Plural;
    return this.fill(forms[this.rules.select(count)] ?? forms.other, { count, ...values });
  };

  readonly number = (value: number): string => this.numbers.format(value);

  /** What is before what it is of, with the colon that the language writes. */
  readonly labelled = (label: string, value: string): string => `${label}${COLONS[this.language] ?? ": "}${value}`;

  private fill(pattern: string, values: Values, begins = true): string {
    return pattern.replaceAll(/\{(\w+)\}/g, (whole, name: string, at: number) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (typeof value === "number") return this.number(value);
      // Names of languages come as they stand within a sentence.
      const words = begins && at === 0 && /^languages?$/.test(name) ? capitalised(value, this.language) : value;
      return this.apart(words);
    });
  }

  /** Words of the other direction keep their order, and leave that of the sentence alone. */
  private apart(words: string): string {
    const foreign = directionOf(this.language) === "rtl" ? LEFT_TO_RIGHT : RIGHT_TO_LEFT;
    return foreign.test(words) ? `\u2068${words}\u2069` : words;
  }
}

/** The words of the meeting's page. */
export class Translator extends TranslatorOf<Catalogue> {}
