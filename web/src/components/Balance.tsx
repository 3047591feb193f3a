import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";

/** How loud the originals are beside the translation. */
export function Balance() {
  const { text, labelled } = useI18n();
  const { mixer } = useMeeting();
  const [{ balance }, change] = usePreferences();
  const percent = Math.round(balance * 100);
  const set = (value: number): void => {
    mixer.setBalance(value);
    change({ balance: value });
  };
  return (
    <div className="balance">
      <span aria-hidden="true">{text("sound.balanceOriginal")}</span>
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={percent}
        aria-label={labelled(
          text("sound.balance"),
          `${text("sound.balanceOriginal")} – ${text("sound.balanceTranslation")}`,
        )}
        aria-valuetext={text("sound.balanceValue", { percent })}
        onChange={(event) => set(Number(event.target.value) / 100)}
      />
      <span aria-hidden="true">{text("sound.balanceTranslation")}</span>
    </div>
  );
}
