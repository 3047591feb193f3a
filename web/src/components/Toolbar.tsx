import { useTrackToggle } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useWishes } from "../hooks/useWishes";
import type { TextKey } from "../logic/i18n";
import { heardIn, type Offer } from "../logic/offer";
import { CameraButton } from "./CameraButton";
import { ChatButton } from "./ChatButton";
import { Select } from "./controls";
import { HandButton } from "./HandButton";
import { Icon, type IconName } from "./Icon";
import { languageChoices } from "./languageChoices";
import { MicrophoneButton } from "./MicrophoneButton";
import { ToolMessage } from "./ToolMessage";

export type PanelName = "people" | "settings" | "transcript" | "organise" | "diagnostics" | "chat";

export const PANELS: readonly { name: PanelName; label: TextKey; icon: IconName }[] = [
  { name: "people", label: "room.people", icon: "people" },
  { name: "settings", label: "room.settings", icon: "settings" },
  { name: "chat", label: "chat.title", icon: "read" },
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
      {meeting.maySpeak && (
        <div className="toolbar-group toolbar-speaking">
          <MicrophoneButton />
          <CameraButton />
          {wishes.push !== "always" && <PushButton />}
        </div>
      )}
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
        <Menu>
          {meeting.maySpeak && <ShareButton />}
          <HandButton />
          <ChatButton open={panel === "chat"} onToggle={() => onPanel("chat")} />
          {PANELS.filter(({ name }) => name !== "chat" && (name !== "organise" || organiser)).map(
            ({ name, label, icon }) => (
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
            ),
          )}
        </Menu>
        <button type="button" className="tool tool-leave" title={text("room.leave")} onClick={onLeave}>
          <Icon name="leave" />
          <span>{text("room.leave")}</span>
        </button>
      </div>
    </footer>
  );
}

/** Stands in the row where that is wide enough, else behind a button. */
function Menu({ children }: { children: ReactNode }) {
  const { text } = useI18n();
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = ({ target }: PointerEvent): void => {
      const inside = target instanceof Node && (menu.current?.contains(target) || button.current?.contains(target));
      if (!inside) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    button.current?.focus();
  };
  const onClick = ({ target }: MouseEvent): void => {
    if (target instanceof Element && target.closest("[data-panel]")) setOpen(false);
  };
  return (
    <>
      <div className="toolbar-menu" id={id} ref={menu} data-open={open} onKeyDown={onKeyDown} onClick={onClick}>
        {children}
      </div>
      <button
        type="button"
        ref={button}
        className="tool tool-more"
        title={text("room.more")}
        aria-expanded={open}
        aria-controls={id}
        onKeyDown={onKeyDown}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
        <span>{text("room.more")}</span>
      </button>
    </>
  );
}

/** The button that opens a panel, or that of the menu which it is in. */
export function buttonOf(panel: PanelName): HTMLElement | null {
  const tool = document.querySelector<HTMLElement>(`.tool[data-panel="${panel}"]`);
  return tool?.checkVisibility() ? tool : document.querySelector<HTMLElement>(".tool-more");
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
  const [told, setTold] = useState(false);
  const id = useId();
  const { enabled, pending, toggle } = useTrackToggle({
    source: Track.Source.ScreenShare,
    // The meeting's own tab and the machine's whole sound would have translations interpreted again.
    captureOptions: { audio: true, selfBrowserSurface: "exclude", systemAudio: "exclude" },
    onDeviceError: (error) => {
      console.info("the screen is not shared", error.name);
      setTold(true);
    },
  });
  if (!("getDisplayMedia" in (navigator.mediaDevices ?? {}))) return null;
  const change = (): void => {
    setTold(false);
    void toggle();
  };
  return (
    <div className="tool-slot tool-slot-end">
      <button
        type="button"
        className="tool tool-share"
        aria-pressed={enabled}
        aria-describedby={told ? id : undefined}
        title={text(enabled ? "room.unshare" : "room.share")}
        disabled={pending}
        onClick={change}
      >
        <Icon name="screen" />
        <span>{text(enabled ? "room.unshare" : "room.share")}</span>
        {told && <span className="tool-doubt">?</span>}
      </button>
      {told && (
        <ToolMessage id={id} onClose={() => setTold(false)}>
          {text("room.shareFailed")}
        </ToolMessage>
      )}
    </div>
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
