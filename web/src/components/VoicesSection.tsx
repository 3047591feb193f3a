import { useI18n } from "../hooks/useI18n";
import { nameOf, nameWithin } from "../logic/languages";
import { voiceChoices, voiceLabel, withVoice, type ChosenVoices, type Voices } from "../logic/voices";
import { Select, type Choice } from "./controls";

interface VoicesSectionProps {
  /** Languages that may be asked for in the meeting. */
  readonly languages: readonly string[];
  /** For each language the voices that the interpreter says are there. */
  readonly available: Voices;
  readonly chosen: ChosenVoices;
  readonly speed: number;
  readonly onChange: (voices: ChosenVoices) => void;
  readonly onSpeed: (speed: number) => void;
}

const SPEEDS = [
  [0.85, "org.speedSlower"],
  [1, "org.speedUsual"],
  [1.15, "org.speedFaster"],
] as const;

/** In place of a name: speakers keep voices of their own, all of them low or high. */
function isRegister(voice: string): boolean {
  return voice === "low" || voice === "high";
}

function isListed(speed: number): boolean {
  return SPEEDS.some(([value]) => value === speed);
}

/** Which voice speaks each language, and how fast; closed until somebody wants to know. */
export function VoicesSection({ languages, available, chosen, speed, onChange, onSpeed }: VoicesSectionProps) {
  const { text, language: locale } = useI18n();
  const { voiced, silent } = voiceChoices(languages, available, chosen, locale);
  if (!voiced.length) return null;

  const known = Object.keys(available).length > 0;
  const labelled = (value: string): Choice<string> => ({ value, label: voiceLabel(value) });
  const unlisted = (value: string): Choice<string> =>
    known ? { value, label: text("org.voiceUnlisted", { voice: voiceLabel(value) }) } : labelled(value);
  const choices = (code: string): Choice<string>[] => {
    const names = available[code] ?? [];
    const own = chosen[code];
    return [
      { value: "", label: text("org.voiceAuto") },
      { value: "low", label: text("org.voicesLow") },
      { value: "high", label: text("org.voicesHigh") },
      ...(own && !isRegister(own) && !names.includes(own) ? [unlisted(own)] : []),
      ...names.map(labelled),
    ];
  };
  return (
    <details className="voices">
      <summary>{text("org.voices")}</summary>
      <p className="hint">{text("org.voicesHint")}</p>
      {voiced.map((code) => (
        <Select
          key={code}
          label={nameOf(code, locale)}
          value={chosen[code] ?? ""}
          choices={choices(code)}
          onChange={(voice) => onChange(withVoice(chosen, code, voice))}
        />
      ))}
      <Select
        label={text("org.speed")}
        hint={text("org.speedHint")}
        value={String(speed)}
        choices={[
          ...SPEEDS.map(([value, label]) => ({ value: String(value), label: text(label) })),
          ...(isListed(speed) ? [] : [{ value: String(speed), label: String(speed) }]),
        ]}
        onChange={(value) => onSpeed(Number(value))}
      />
      {silent.length > 0 && (
        <p className="hint">
          {text("org.voiceNone", {
            languages: new Intl.ListFormat(locale).format(silent.map((code) => nameWithin(code, locale))),
          })}
        </p>
      )}
    </details>
  );
}
