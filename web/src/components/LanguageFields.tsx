import { useI18n } from "../hooks/useI18n";
import { MODE_TEXTS, READ_MODES, type ReadMode } from "../logic/captionView";
import type { TextKey } from "../logic/i18n";
import { heardIn, isOffered, type Offer } from "../logic/offer";
import { Select } from "./controls";
import { LanguageSelect } from "./LanguageSelect";

interface FieldProps {
  readonly offer: Offer;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly id?: string;
}

/** What this person speaks. */
export function SpeakField({ offer, ...rest }: FieldProps) {
  const { text } = useI18n();
  return (
    <LanguageSelect
      icon="speech"
      label={text("before.speak")}
      special={[{ value: "auto", label: text("before.speakAuto") }]}
      offered={offer.recognised}
      reason={() => "language.notRecognised"}
      {...rest}
    />
  );
}

/** What they hear. */
export function HearField({ offer, ...rest }: FieldProps) {
  const { text } = useI18n();
  const reason = (code: string): TextKey =>
    offer.read !== null && isOffered(code, offer.read) ? "language.noVoice" : "language.notTranslated";
  return (
    <LanguageSelect
      icon="ear"
      label={text("before.hear")}
      special={[{ value: "off", label: text("before.hearOff") }]}
      offered={heardIn(offer)}
      reason={reason}
      {...rest}
    />
  );
}

/** What they read. */
export function ReadField({ offer, ...rest }: FieldProps) {
  const { text } = useI18n();
  return (
    <LanguageSelect
      icon="read"
      label={text("before.read")}
      offered={offer.read}
      reason={() => "language.notTranslated"}
      {...rest}
    />
  );
}

export function ReadModeSelect({ mode, onChange }: { mode: ReadMode; onChange: (mode: ReadMode) => void }) {
  const { text } = useI18n();
  return (
    <Select
      label={text("before.captions")}
      value={mode}
      choices={READ_MODES.map((value) => ({ value, label: text(MODE_TEXTS[value]) }))}
      onChange={onChange}
    />
  );
}

/** Reading another language: whoever read none of it does so from now on. */
export function readingIn(language: string, mode: ReadMode): { mode: ReadMode; language: string } {
  return { mode: mode === "off" || mode === "original" ? "translation" : mode, language };
}
