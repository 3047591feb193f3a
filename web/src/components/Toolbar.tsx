import { useRemoteParticipants } from "@livekit/components-react";
import { useI18n } from "../hooks/useI18n";
import { useMedia } from "../hooks/useMedia";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { isScreen } from "../logic/names";
import type { Offer } from "../logic/offer";
import { isPerson } from "../room/directory";
import { ChatButton } from "./ChatButton";
import { Icon } from "./Icon";
import { LanguageChip, type SheetState } from "./LanguageChip";
import { MeetingTools } from "./MeetingTools";
import { MicrophoneButton } from "./MicrophoneButton";
import { MoreMenu } from "./MoreMenu";
import { PANELS, type PanelName } from "./panels";
import { PushButton } from "./PushButton";

interface ToolbarProps {
  readonly offer: Offer;
  readonly panel: PanelName | null;
  readonly sheet: SheetState;
  readonly organiser: boolean;
  readonly onPanel: (panel: PanelName) => void;
  readonly onSheet: (sheet: SheetState) => void;
  readonly onKeys: () => void;
  readonly onLeave: () => void;
}

/** As in toolbar.css: below these the bar has no room for all its buttons, and the menu holds them. */
const HOLDS_TOOLS = "(min-width: 40rem)";
const HOLDS_PANELS = "(min-width: 24rem)";

/** One row in every window: what a person does in the middle, what they look at on the right. */
export function Toolbar({ offer, panel, sheet, organiser, onPanel, onSheet, onKeys, onLeave }: ToolbarProps) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const { push } = useStore(meeting.wishSender.wishes);
  const holdsTools = useMedia(HOLDS_TOOLS);
  const holdsPanels = useMedia(HOLDS_PANELS);
  const panels = (place: "bar" | "menu") =>
    PANELS.filter((entry) => entry.place === place && (entry.name !== "organise" || organiser)).map((entry) =>
      entry.name === "chat" ? (
        <ChatButton key={entry.name} open={panel === entry.name} onToggle={() => onPanel(entry.name)} />
      ) : (
        <PanelButton key={entry.name} entry={entry} pressed={panel === entry.name} onPanel={onPanel} />
      ),
    );
  return (
    <footer className="toolbar" aria-label={text("room.controls")}>
      <div className="toolbar-group toolbar-middle">
        {meeting.maySpeak && <MicrophoneButton />}
        {meeting.maySpeak && push !== "always" && <PushButton />}
        {holdsTools && <MeetingTools />}
        <LanguageChip offer={offer} sheet={sheet} onSheet={onSheet} />
      </div>
      <div className="toolbar-group toolbar-end">
        {holdsPanels && panels("bar")}
        <MoreMenu>
          {!holdsTools && <MeetingTools />}
          {!holdsPanels && panels("bar")}
          {panels("menu")}
          <button type="button" className="tool" data-leads="" onClick={onKeys}>
            <Icon name="keyboard" />
            <span>{text("keys.title")}</span>
          </button>
        </MoreMenu>
        <button type="button" className="tool tool-leave" title={text("room.leave")} onClick={onLeave}>
          <Icon name="leave" />
          <span>{text("room.leave")}</span>
        </button>
      </div>
    </footer>
  );
}

interface PanelButtonProps {
  readonly entry: (typeof PANELS)[number];
  readonly pressed: boolean;
  readonly onPanel: (panel: PanelName) => void;
}

function PanelButton({ entry: { name, label, icon }, pressed, onPanel }: PanelButtonProps) {
  const { text } = useI18n();
  return (
    <button
      type="button"
      className="tool"
      aria-pressed={pressed}
      title={text(label)}
      data-panel={name}
      data-leads=""
      onClick={() => onPanel(name)}
    >
      <Icon name={icon} />
      <span>{text(label)}</span>
      {name === "people" && <PeopleCount />}
    </button>
  );
}

/** How many are here, without caption screens and the interpreter. */
function PeopleCount() {
  const { number } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const others = useRemoteParticipants().filter((one) => isPerson(one) && !isScreen(one.identity, names));
  return <span className="tool-count">{number(others.length + 1)}</span>;
}
