import { useTrackToggle } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import { useWishes } from "../hooks/useWishes";
import type { TextKey } from "../logic/i18n";
import { heardIn, type Offer } from "../logic/offer";
import { Select } from "./controls";
import { Icon, type IconName } from "./Icon";
import { languageChoices } from "./languageChoices";

export type PanelName = "people" | "settings" | "transcript" | "organise" | "diagnostics";

export const PANELS: readonly { name: PanelName; label: TextKey; icon: IconName }[] = [
  { name: "people", label: "room.people", icon: "people" },
  { name: "settings", label: "room.settings", icon: "settings" },
  { name: "transcript", label: "room.transcript", icon: "transcript" },
  { name: "organise", label: "room.organise", icon: "organise" },
  { name: "diagnostics", label: "room.diagnostics", icon: "pulse" },
];

interface ToolbarProps {
  readonly offer: Offer;
  readonly panel: PanelName | null;
  readonly organiser: boolean;
  readonly onPanel: (panel: PanelName) => void;
  readonly onLeave: () => void;
}

export const HEAR_SELECT_ID = "hear";

export function Toolbar({ offer, panel, organiser, onPanel, onLeave }: ToolbarProps) {
  const i18n = useI18n();
  const { text } = i18n;
  const meeting = useMeeting();
  const { wishes, setListen } = useWishes();
  const hears = meeting.admission.role !== "reader";
  return (
    <footer className="toolbar" aria-label={text("room.controls")}>
      <div className="toolbar-group">
        {meeting.maySpeak && <MicrophoneButton />}
        {meeting.maySpeak && wishes.push !== "always" && <PushButton />}
        {meeting.maySpeak && <ShareButton />}
      </div>
      {hears && (
        <div className="toolbar-group toolbar-hearing">
          <Select
            compact
            id={HEAR_SELECT_ID}
            icon="ear"
            label={text("before.hear")}
            value={wishes.listen}
            choices={[
              { value: "off", label: text("before.hearOff") },
              ...languageChoices(i18n, heardIn(offer), wishes.listen),
            ]}
            onChange={setListen}
          />
          {wishes.listen !== "off" && <Balance compact />}
        </div>
      )}
      <div className="toolbar-group toolbar-panels">
        {PANELS.filter(({ name }) => name !== "organise" || organiser).map(({ name, label, icon }) => (
          <button
            key={name}
            type="button"
            className="tool"
            aria-pressed={panel === name}
            title={text(label)}
            data-panel={name}
            onClick={() => onPanel(name)}
          >
            <Icon name={icon} />
            <span>{text(label)}</span>
          </button>
        ))}
        <button type="button" className="tool tool-leave" title={text("room.leave")} onClick={onLeave}>
          <Icon name="leave" />
          <span>{text("room.leave")}</span>
        </button>
      </div>
    </footer>
  );
}

function MicrophoneButton() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const microphone = useStore(meeting.microphone);
  const on = microphone.state === "on";
  return (
    <button
      type="button"
      className="tool tool-mic"
      data-microphone={microphone.state}
      onClick={() => void meeting.setMicrophone(!on)}
    >
      <Icon name={on ? "mic" : "micOff"} />
      <span>{text(on ? "room.mute" : "room.unmute")}</span>
    </button>
  );
}

/** Held down like the key of a radio, by pointer or by keyboard. */
function PushButton() {
  const { text } = useI18n();
  const { wishes, press } = useWishes();
  const down = wishes.push === "pressed";
  const isPressKey = (key: string): boolean => key === " " || key === "Enter";
  return (
    <button
      type="button"
      className="tool tool-push"
      aria-pressed={down}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        press(true);
      }}
      onPointerUp={() => press(false)}
      onPointerCancel={() => press(false)}
      onKeyDown={(event) => isPressKey(event.key) && !event.repeat && press(true)}
      onKeyUp={(event) => isPressKey(event.key) && press(false)}
      onBlur={() => press(false)}
      onContextMenu={(event) => event.preventDefault()}
    >
      <Icon name="interpreter" />
      <span>{text(down ? "sound.pushing" : "sound.pushHold")}</span>
    </button>
  );
}

function ShareButton() {
  const { text } = useI18n();
  const { enabled, pending, toggle } = useTrackToggle({
    source: Track.Source.ScreenShare,
    captureOptions: { audio: true, selfBrowserSurface: "exclude" },
    onDeviceError: (error) => console.info("the screen is not shared", error.name), // mostly: the person changed their mind
  });
  if (!("getDisplayMedia" in (navigator.mediaDevices ?? {}))) return null;
  return (
    <button
      type="button"
      className="tool tool-share"
      aria-pressed={enabled}
      disabled={pending}
      onClick={() => void toggle()}
    >
      <Icon name="screen" />
      <span>{text(enabled ? "room.unshare" : "room.share")}</span>
    </button>
  );
}

export function Balance({ compact = false }: { compact?: boolean }) {
  const { text } = useI18n();
  const { mixer } = useMeeting();
  const [{ balance }, change] = usePreferences();
  const percent = Math.round(balance * 100);
  const set = (value: number): void => {
    mixer.setBalance(value);
    change({ balance: value });
  };
  return (
    <div className={compact ? "balance balance-compact" : "balance"}>
      <span aria-hidden="true">{text("sound.balanceOriginal")}</span>
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={percent}
        aria-label={`${text("sound.balance")}: ${text("sound.balanceOriginal")} – ${text("sound.balanceTranslation")}`}
        aria-valuetext={text("sound.balanceValue", { percent })}
        onChange={(event) => set(Number(event.target.value) / 100)}
      />
      <span aria-hidden="true">{text("sound.balanceTranslation")}</span>
    </div>
  );
}
