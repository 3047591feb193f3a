import { RoomContext } from "@livekit/components-react";
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { BoothLine } from "../components/BoothLine";
import { CaptionPane } from "../components/CaptionPane";
import { CloseButton } from "../components/controls";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { DiagnosticsPanel } from "../components/DiagnosticsPanel";
import { FirstSteps } from "../components/FirstSteps";
import { WaitingNotice } from "../components/DoorSection";
import { EndDialog } from "../components/EndMeeting";
import { HostNotice } from "../components/HostNotice";
import { Logo } from "../components/Icon";
import { OrganisePanel } from "../components/OrganisePanel";
import { useTitle } from "../components/Page";
import { OpenBadge } from "../components/SecrecyBadge";
import { LikenessLine } from "../components/LikenessStatus";
import { PartBoundary } from "../components/PartBoundary";
import { InterpreterWanted } from "../components/InterpreterRequest";
import { InviteButton } from "../components/InviteButton";
import type { SheetState } from "../components/LanguageChip";
import { buttonOf, PANELS, type PanelName } from "../components/panels";
import { PeoplePanel } from "../components/PeoplePanel";
import { RecordingClock, RecordingStatus, ServerRecordingSign } from "../components/RecordingStatus";
import { Scene } from "../components/Scene";
import { ScreenSound } from "../components/ScreenSound";
import { SettingsPanel } from "../components/SettingsPanel";
import { ShortcutsDialog } from "../components/ShortcutsDialog";
import { ReactionsLayer, RequestLines } from "../components/Signs";
import { ConnectionBanner, SoundStarter, Troubles } from "../components/Status";
import { StatusStrip } from "../components/StatusStrip";
import { Toolbar } from "../components/Toolbar";
import { TranscriptPanel } from "../components/TranscriptPanel";
import { useDoor, type Door } from "../hooks/useDoor";
import { FeedbackProvider } from "../hooks/useFeedback";
import { useI18n } from "../hooks/useI18n";
import { useLeaveGuard } from "../hooks/useLeaveGuard";
import { useMediaSession } from "../hooks/useMediaSession";
import { MeetingContext, useMeeting } from "../hooks/useMeeting";
import { useMeetingKeys } from "../hooks/useMeetingKeys";
import { useNotifications } from "../hooks/useNotifications";
import { usePreferences } from "../hooks/usePreferences";
import { useStore } from "../hooks/useStore";
import { useWakeLock } from "../hooks/useWakeLock";
import { useOffer, useWishes } from "../hooks/useWishes";
import type { Api, Invitation, Organising } from "../logic/api";
import type { Offer } from "../logic/offer";
import { never } from "../logic/store";
import type { Meeting } from "../room/meeting";

const SealedBadge = lazy(() => import("../components/SealedBadge"));
const ChatPanel = lazy(() => import("../components/ChatPanel"));

interface InsideProps {
  readonly api: Api;
  readonly invitation: Invitation;
  readonly meeting: Meeting;
  readonly onEnded: () => void;
}

export function Inside({ api, invitation, meeting, onEnded }: InsideProps) {
  const connection = useStore(meeting.session.connection);
  const ended = useEffectEvent(onEnded);
  useEffect(() => {
    if (connection.state === "ended") ended();
  }, [connection.state]);
  useWakeLock();
  const recording = useStore(meeting.recorder.state);
  useLeaveGuard(recording.state === "recording" || (recording.state === "ready" && !recording.saved));

  // Whoever is made an organiser, or is none any more, is told so by the service while they are here.
  const { organiser_token: token, room } = useStore(meeting.session.admission);
  const organising = useMemo(() => (token ? api.organise(room, token) : null), [api, room, token]);
  return (
    <RoomContext value={meeting.room}>
      <MeetingContext value={meeting}>
        <FeedbackProvider>
          <MeetingView invitation={invitation} organising={organising} />
        </FeedbackProvider>
      </MeetingContext>
    </RoomContext>
  );
}

function MeetingView({ invitation, organising }: { invitation: Invitation; organising: Organising | null }) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const { wishes } = useWishes();
  const [{ calm }] = usePreferences();
  const mix = useStore(meeting.mixer.state);
  const offer = useOffer(invitation.offer);
  const door = useDoor(organising);
  const [asked, setPanel] = useState<PanelName | null>(null);
  const panel = asked === "organise" && !organising ? null : asked;
  const [sheet, setSheet] = useState<SheetState>("closed");
  const [dialog, setDialog] = useState<"leave" | "end" | "keys" | null>(null);
  const togglePanel = useCallback((name: PanelName) => setPanel((open) => (open === name ? null : name)), []);
  const askToLeave = useCallback(() => setDialog("leave"), []);
  const choice = useMemo(() => ({ ...wishes.read, offered: offer.read, calm }), [wishes.read, offer.read, calm]);
  const showKeys = useCallback(() => setDialog("keys"), []);
  useMeetingKeys({ togglePanel, showKeys, chooseLanguage: () => setSheet("list") });
  useMediaSession(invitation.title, askToLeave);
  useNotifications(invitation.title, door);
  useTitle(invitation.title);
  // Whoever joins by keyboard or screen reader begins at the meeting's name.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  return (
    <div
      className="room"
      data-panel={panel ?? "none"}
      data-sheet={sheet !== "closed"}
      data-translation-speaking={mix.translationSpeaking}
      data-original-gain={mix.originalGain}
    >
      <a className="skip" href="#captions">
        {text("app.skip")}
      </a>
      <header className="room-head">
        <Logo />
        <h1 dir="auto" ref={heading} tabIndex={-1}>
          {invitation.title}
        </h1>
        <PartBoundary>
          {meeting.encryption ? (
            <Suspense fallback={null}>
              <SealedBadge encryption={meeting.encryption} organising={organising} />
            </Suspense>
          ) : (
            <OpenBadge />
          )}
          <ServerRecordingSign />
          <RecordingClock />
          {organising && <InviteButton title={invitation.title} organising={organising} />}
        </PartBoundary>
      </header>
      <PartBoundary>
        <StatusStrip>
          <PartBoundary>
            <SoundStarter />
            <ConnectionBanner />
          </PartBoundary>
          <PartBoundary>
            <HostNotice />
            {panel !== "organise" && <WaitingNotice door={door} onShow={() => setPanel("organise")} />}
            {organising && <InterpreterWanted organising={organising} />}
            <RequestLines organiser={organising !== null} />
            <Troubles offered={offer.read} />
            <RecordingStatus />
            <LikenessLine />
            <BoothLine />
            <ScreenSound />
          </PartBoundary>
        </StatusStrip>
      </PartBoundary>
      <main className="room-main" aria-label={text("room.label", { title: invitation.title })}>
        <PartBoundary>{organising && <FirstSteps title={invitation.title} organising={organising} />}</PartBoundary>
        <Scene
          captions={
            <CaptionPane
              choice={choice}
              onOrganise={organising && panel !== "organise" ? () => setPanel("organise") : null}
              isOrganiser={organising !== null}
            />
          }
        />
      </main>
      {panel && (
        <Panel name={panel} onClose={() => setPanel(null)}>
          <PartBoundary key={panel}>
            <PanelContent
              name={panel}
              invitation={invitation}
              organising={organising}
              door={door}
              offer={offer}
              onShortcuts={showKeys}
            />
          </PartBoundary>
        </Panel>
      )}
      <PartBoundary>
        <Toolbar
          offer={offer}
          panel={panel}
          sheet={sheet}
          organiser={organising !== null}
          onPanel={togglePanel}
          onSheet={setSheet}
          onKeys={showKeys}
          onLeave={askToLeave}
        />
      </PartBoundary>
      <PartBoundary>
        <ReactionsLayer />
      </PartBoundary>
      {dialog === "keys" && <ShortcutsDialog onClose={() => setDialog(null)} />}
      {dialog === "leave" && (
        <LeaveDialog onEnd={organising && (() => setDialog("end"))} onClose={() => setDialog(null)} />
      )}
      {dialog === "end" && organising && <EndDialog organising={organising} onClose={() => setDialog(null)} />}
    </div>
  );
}

interface PanelContentProps {
  readonly name: PanelName;
  readonly invitation: Invitation;
  readonly organising: Organising | null;
  readonly door: Door;
  readonly offer: Offer;
  readonly onShortcuts: () => void;
}

function PanelContent({ name, invitation, organising, door, offer, onShortcuts }: PanelContentProps) {
  const meeting = useMeeting();
  switch (name) {
    case "people":
      return <PeoplePanel organising={organising} offer={offer} />;
    case "settings":
      return <SettingsPanel offer={offer} onShortcuts={onShortcuts} />;
    case "transcript":
      return <TranscriptPanel meeting={meeting} title={invitation.title} />;
    case "organise":
      return organising && <OrganisePanel organising={organising} door={door} />;
    case "diagnostics":
      return <DiagnosticsPanel />;
    case "chat":
      return (
        <Suspense fallback={null}>
          <ChatPanel offer={offer} />
        </Suspense>
      );
    default:
      return never(name);
  }
}

/** Beside the captions on a wide screen, over them on a phone. Escape closes it and gives the focus back. */
function Panel({ name, onClose, children }: { name: PanelName; onClose: () => void; children: React.ReactNode }) {
  const { text } = useI18n();
  const heading = useRef<HTMLHeadingElement>(null);
  const label = PANELS.find((panel) => panel.name === name)?.label ?? "room.people";

  useEffect(() => heading.current?.focus(), [name]);

  const close = (): void => {
    buttonOf(name)?.focus();
    onClose();
  };
  return (
    <aside className="panel" aria-labelledby="panel-title" onKeyDown={(event) => event.key === "Escape" && close()}>
      <header>
        <h2 id="panel-title" ref={heading} tabIndex={-1}>
          {text(label)}
        </h2>
        <CloseButton onClose={close} />
      </header>
      <div className="panel-body">{children}</div>
    </aside>
  );
}

/** Organisers may end the meeting for everybody instead, and are asked once more. */
function LeaveDialog({ onEnd, onClose }: { onEnd: (() => void) | null; onClose: () => void }) {
  const { text } = useI18n();
  const { session } = useMeeting();
  return (
    <ConfirmDialog
      title={text("room.leaveTitle")}
      action={text("room.leave")}
      cancel={text("room.stay")}
      onConfirm={() => session.leave()}
      onClose={onClose}
    >
      <p>{text("room.leaveText")}</p>
      {onEnd && (
        <p className="actions">
          <button type="button" className="button" onClick={onEnd}>
            {text("org.end")}
          </button>
        </p>
      )}
    </ConfirmDialog>
  );
}
