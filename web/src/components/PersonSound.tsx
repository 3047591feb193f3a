import { usePersonHearing } from "../hooks/useHearing";
import { useI18n } from "../hooks/useI18n";
import { LOUDEST, ORIGINAL } from "../logic/hearing";
import { heardIn, type Offer } from "../logic/offer";
import { LanguageSelect } from "./LanguageSelect";

interface PersonSoundProps {
  readonly identity: string;
  readonly name: string;
  readonly offer: Offer;
}

/** How one other person is heard: as everybody, in the original, or in a language of its own; and how loud. */
export function PersonSound({ identity, name, offer }: PersonSoundProps) {
  const { text } = useI18n();
  const { chosen, volume, choose, setVolume } = usePersonHearing(identity);
  const percent = Math.round(volume * 100);
  return (
    <div className="person-sound" data-person={identity}>
      <LanguageSelect
        label={text("hearing.person", { name })}
        value={chosen}
        special={[
          { value: "", label: text("hearing.personSame") },
          { value: ORIGINAL, label: text("before.hearOff") },
        ]}
        offered={heardIn(offer)}
        remembers={false}
        onChange={choose}
      />
      <label className="person-volume">
        <span className="unseen">{text("hearing.volume", { name })}</span>
        <input
          type="range"
          min={0}
          max={LOUDEST * 100}
          step={10}
          value={percent}
          aria-valuetext={text("hearing.volumeValue", { percent })}
          onChange={(event) => setVolume(Number(event.target.value) / 100)}
        />
        <output aria-hidden="true">{text("hearing.volumeValue", { percent })}</output>
      </label>
    </div>
  );
}
