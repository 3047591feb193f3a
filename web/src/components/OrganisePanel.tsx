import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useEncryptedText } from "../hooks/useEncryptedText";
import type { Door } from "../hooks/useDoor";
import { useErrorText } from "../hooks/useErrorText";
import { useFeedback, useTell } from "../hooks/useFeedback";
import { useI18n } from "../hooks/useI18n";
import { useInterpreter, type Place } from "../hooks/useInterpreter";
import { useMeeting } from "../hooks/useMeeting";
import { useReportText } from "../hooks/useReportText";
import { useStore } from "../hooks/useStore";
import type { InterpreterState, Organising } from "../logic/api";
import type { Glossary } from "../logic/glossary";
import type { TextKey } from "../logic/i18n";
import type { ChannelState } from "../logic/interpreter";
import { nameOf, nameWithin } from "../logic/languages";
import type { ReportCode } from "../logic/reports";
import { voicesOf } from "../logic/voices";
import { BoothRights } from "./BoothRights";
import { CapacityLine } from "./CapacityLine";
import { ChatSection } from "./ChatSection";
import { ConfirmDialog } from "./ConfirmDialog";
import { Notice } from "./controls";
import { DoorSection } from "./DoorSection";
import { EndDialog } from "./EndMeeting";
import { GlossaryDialog } from "./GlossaryDialog";
import { Icon } from "./Icon";
import { LanguagePicker } from "./LanguagePicker";
import { LikenessRule } from "./LikenessRule";
import { LinksSection } from "./LinksSection";
import { PartBoundary } from "./PartBoundary";
import { RecordingSection } from "./RecordingSection";
import { StoredSection } from "./StoredSection";
import { TurnsSwitch } from "./TurnsSwitch";
import { VoicesSection } from "./VoicesSection";

const ServerRecordingSection = lazy(() => import("./ServerRecordingSection"));

const STATE_TEXTS: Readonly<Record<InterpreterState["state"], TextKey>> = {
  absent: "org.absent",
  invited: "org.invited",
  joining: "org.joining",
  present: "org.present",
  lost: "org.lost",
};

export function OrganisePanel({ organising, door }: { organising: Organising; door: Door }) {
  const [glossary, setGlossary] = useState<Glossary | null | undefined>(undefined);
  return (
    <>
      <DoorSection door={door} />
      <InterpreterSection organising={organising} onGlossary={setGlossary} />
      <LinksSection organising={organising} />
      <ChatSection organising={organising} />
      <RecordingSection organising={organising} />
      <PartBoundary>
        <Suspense>
          <ServerRecordingSection organising={organising} glossary={glossary} />
        </Suspense>
      </PartBoundary>
      <StoredSection organising={organising} />
      <EndSection organising={organising} />
    </>
  );
}

interface InterpreterSectionProps {
  readonly organising: Organising;
  readonly onGlossary: (glossary: Glossary | null) => void;
}

function InterpreterSection({ organising, onGlossary }: InterpreterSectionProps) {
  const { text, count } = useI18n();
  const errorText = useErrorText();
  const meeting = useMeeting();
  const encryptedText = useEncryptedText(meeting.directory);
  const reportText = useReportText(meeting.directory);
  const interpreter = useStore(meeting.interpreter);
  const { state, wish, error, failed, busy, change, invite, dismiss } = useInterpreter(organising);
  const [dialog, setDialog] = useState<"glossary" | "dismiss" | null>(null);
  if (!state)
    return error === null ? (
      <p className="hint">{text("app.loading")}</p>
    ) : (
      <Notice kind="problem">{errorText(error)}</Notice>
    );

  const invited = state.state !== "absent";
  const reports = interpreter.present ? interpreter.reports : [];
  const told = (wanted: boolean): readonly string[] => [
    ...new Set(
      reports.filter(({ code }) => GIVEN_UP.has(code) === wanted).map((report) => reportText(report, "organiser")),
    ),
  ];
  const offered = wish.languages ?? offeredBy(state);
  const failureAt = (place: Place) =>
    failed?.at === place && (
      <Notice kind="problem" urgent>
        {errorText(failed.error)}
      </Notice>
    );
  return (
    <section className="organise" data-interpreter={state.state}>
      <h3>{text("org.interpreter")}</h3>
      <p className="organise-state" role="status">
        <span className="dot" aria-hidden="true" />
        {text(STATE_TEXTS[state.state])}
      </p>
      {state.encrypted && <Notice kind="warning">{encryptedText(state.encrypted)}</Notice>}
      {told(false).map((words) => (
        <Notice key={words} kind="warning">
          {words}
        </Notice>
      ))}
      {state.capacity && <CapacityLine capacity={state.capacity} givenUp={told(true)} />}
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      {!invited && (
        <button type="button" className="button button-main button-wide" disabled={busy} onClick={() => void invite()}>
          <Icon name="interpreter" />
          {text("org.invite")}
        </button>
      )}
      {failureAt("invitation")}
      <LanguagePicker
        chosen={wish.languages}
        available={state.available_languages}
        onChange={(languages) =>
          void change("languages", {
            ...wish,
            languages,
            muted: wish.muted.filter((code) => !languages || languages.includes(code)),
            voices: voicesOf(wish.voices, languages),
          })
        }
      />
      {failureAt("languages")}
      {invited && (
        <Channels
          muted={wish.muted}
          languages={offered}
          onMuted={(muted) => void change("channels", { ...wish, muted })}
        />
      )}
      {failureAt("channels")}
      <VoicesSection
        languages={offered}
        available={state.available_voices}
        chosen={wish.voices}
        speed={wish.speed}
        onChange={(voices) => void change("voices", { ...wish, voices })}
        onSpeed={(speed) => void change("voices", { ...wish, speed })}
      />
      {failureAt("voices")}
      <TurnsSwitch
        consecutive={wish.consecutive}
        onChange={(consecutive) => void change("turns", { ...wish, consecutive })}
      />
      {failureAt("turns")}
      <LikenessRule
        forbidden={wish.forbids_likeness}
        onChange={(forbids) => void change("likeness", { ...wish, forbids_likeness: forbids })}
      />
      {failureAt("likeness")}
      <BoothRights
        languages={offered}
        given={wish.interprets}
        onChange={(interprets) => void change("people", { ...wish, interprets })}
      />
      {failureAt("people")}
      <h4>{text("org.glossary")}</h4>
      <p className="hint">{text("org.glossaryHint")}</p>
      <p className="actions">
        <button type="button" className="button" onClick={() => setDialog("glossary")}>
          {text("org.glossaryEdit")}
        </button>
        <span>{count("org.glossaryCount", wish.glossary?.entries.length ?? 0)}</span>
      </p>
      {invited && (
        <p className="actions">
          <button type="button" className="button button-danger" disabled={busy} onClick={() => setDialog("dismiss")}>
            {text("org.dismiss")}
          </button>
          {state.profile && (
            <span className="hint">
              {state.profile === TRIAL ? text("org.trial") : text("org.profile", { profile: state.profile })}
            </span>
          )}
        </p>
      )}
      {dialog === "glossary" && (
        <GlossaryDialog
          glossary={wish.glossary}
          languages={offered}
          onClose={() => setDialog(null)}
          onSave={async (glossary) => {
            await change(null, { ...wish, glossary });
            onGlossary(glossary);
          }}
        />
      )}
      {dialog === "dismiss" && (
        <ConfirmDialog
          title={text("org.dismissTitle")}
          action={text("org.dismiss")}
          onConfirm={dismiss}
          onClose={() => setDialog(null)}
        >
          <p>{text("org.dismissText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** The profile with the smallest models, which is what a first try gets. */
const TRIAL = "embedded";

/** What the machine has no room for. */
const GIVEN_UP: ReadonlySet<ReportCode> = new Set(["few_speakers", "few_languages", "few_voices"]);

/** What may be asked for while the organiser has chosen nothing; before the interpreter says it, all that there is. */
function offeredBy({ offered_languages: offered, available_languages: available }: InterpreterState) {
  return offered.length ? offered : available;
}

interface ChannelsProps {
  readonly languages: readonly string[];
  readonly muted: readonly string[];
  readonly onMuted: (muted: readonly string[]) => void;
}

/** Load and delay of each language, pushed by the interpreter itself. */
function Channels({ languages, muted, onMuted }: ChannelsProps) {
  const { text, labelled, language: locale } = useI18n();
  const tell = useTell();
  const mute = useMuting(muted, onMuted);
  const interpreter = useStore(useMeeting().interpreter);
  const channels = interpreter.present ? interpreter.channels : [];
  const codes = [...new Set([...channels.map(({ language }) => language), ...muted])].sort();
  if (!codes.length) return languages.length ? <p className="hint">{text("org.noChannels")}</p> : null;
  return (
    <ul className="channels">
      {codes.map((code) => {
        const isMuted = muted.includes(code);
        return (
          <li key={code} data-channel={code}>
            <div>
              <strong>{nameOf(code, locale)}</strong>
              <ChannelFacts channel={channels.find(({ language }) => language === code)} muted={isMuted} />
            </div>
            <button
              type="button"
              className="button"
              aria-label={labelled(text(isMuted ? "org.unmuteLanguage" : "org.muteLanguage"), nameWithin(code, locale))}
              onClick={() => {
                mute(code, !isMuted);
                const words = text(isMuted ? "told.unmuted" : "told.muted", { language: nameWithin(code, locale) });
                tell(words, () => mute(code, isMuted));
              }}
            >
              {text(isMuted ? "org.unmuteLanguage" : "org.muteLanguage")}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Mutes or unmutes one language of those that are muted by then: it may be taken back a while later. */
function useMuting(muted: readonly string[], onMuted: (muted: readonly string[]) => void) {
  const feedback = useFeedback();
  const latest = useRef({ muted, onMuted });
  useEffect(() => {
    latest.current = { muted, onMuted };
  }, [muted, onMuted]);
  // Nothing can be taken back once the panel is closed.
  useEffect(() => () => feedback.update((told) => (told?.undo ? null : told)), [feedback]);
  return (code: string, off: boolean): void => {
    const others = latest.current.muted.filter((other) => other !== code);
    latest.current.onMuted(off ? [...others, code] : others);
  };
}

function ChannelFacts({ channel, muted }: { channel: ChannelState | undefined; muted: boolean }) {
  const { text, count, number } = useI18n();
  const state = muted ? "muted" : channel?.state;
  const states = { open: "org.open", muted: "org.mutedState", lingering: "org.lingering", human: "org.human" } as const;
  const facts = [
    state ? text(states[state]) : "",
    channel ? count("org.listeners", channel.listeners) : "",
    channel?.lagS != null ? text("lag.value", { seconds: number(channel.lagS) }) : "",
  ];
  return <span className="person-facts">{facts.filter(Boolean).join(" · ")}</span>;
}

function EndSection({ organising }: { organising: Organising }) {
  const { text } = useI18n();
  const [asking, setAsking] = useState(false);
  return (
    <section className="organise-end">
      <button type="button" className="button button-danger button-wide" onClick={() => setAsking(true)}>
        {text("org.end")}
      </button>
      {asking && <EndDialog organising={organising} onClose={() => setAsking(false)} />}
    </section>
  );
}
