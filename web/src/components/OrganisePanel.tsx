import { useCallback, useEffect, useState } from "react";
import { useEncryptedText } from "../hooks/useEncryptedText";
import type { Door } from "../hooks/useDoor";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import type { InterpreterState, InterpreterWish, Organising } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { otherTrouble, type ChannelState } from "../logic/interpreter";
import { nameOf, nameWithin } from "../logic/languages";
import { voicesOf } from "../logic/voices";
import { CapacityLine } from "./CapacityLine";
import { Dialog, Notice } from "./controls";
import { DoorSection } from "./DoorSection";
import { GlossaryDialog } from "./GlossaryDialog";
import { Icon } from "./Icon";
import { LanguagePicker } from "./LanguagePicker";
import { LinksSection } from "./LinksSection";
import { RecordingSection } from "./RecordingSection";
import { StoredSection } from "./StoredSection";
import { VoicesSection } from "./VoicesSection";

const LOOK_EVERY_MS = 4000;

const STATE_TEXTS: Readonly<Record<InterpreterState["state"], TextKey>> = {
  absent: "org.absent",
  invited: "org.invited",
  joining: "org.joining",
  present: "org.present",
  lost: "org.lost",
};

export function OrganisePanel({ organising, door }: { organising: Organising; door: Door }) {
  return (
    <>
      <DoorSection door={door} />
      <RecordingSection organising={organising} />
      <InterpreterSection organising={organising} />
      <LinksSection organising={organising} />
      <StoredSection organising={organising} />
      <EndSection organising={organising} />
    </>
  );
}

function InterpreterSection({ organising }: { organising: Organising }) {
  const { text, count } = useI18n();
  const errorText = useErrorText();
  const encryptedText = useEncryptedText(useMeeting().directory);
  const { state, wish, error, busy, change, invite, dismiss } = useInterpreter(organising);
  const [editing, setEditing] = useState(false);
  if (!state)
    return error === null ? (
      <p className="hint">{text("app.loading")}</p>
    ) : (
      <Notice kind="problem">{errorText(error)}</Notice>
    );

  const invited = state.state !== "absent";
  const trouble = otherTrouble(state);
  const offered = wish.languages ?? state.available_languages;
  return (
    <section className="organise" data-interpreter={state.state}>
      <h3>{text("org.interpreter")}</h3>
      <p className="organise-state" role="status">
        <span className="dot" aria-hidden="true" />
        {text(STATE_TEXTS[state.state])}
      </p>
      {state.encrypted && <Notice kind="warning">{encryptedText(state.encrypted)}</Notice>}
      {trouble && <Notice kind="warning">{text("trouble.some", { reason: trouble })}</Notice>}
      {state.capacity && <CapacityLine capacity={state.capacity} trouble={state.trouble} />}
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
      <LanguagePicker
        chosen={wish.languages}
        available={state.available_languages}
        onChange={(languages) =>
          change({
            ...wish,
            languages,
            muted: wish.muted.filter((code) => !languages || languages.includes(code)),
            voices: voicesOf(wish.voices, languages),
          })
        }
      />
      {invited && <Channels muted={wish.muted} languages={offered} onMuted={(muted) => change({ ...wish, muted })} />}
      <VoicesSection
        languages={offered}
        available={state.available_voices}
        chosen={wish.voices}
        onChange={(voices) => change({ ...wish, voices })}
      />
      <h4>{text("org.glossary")}</h4>
      <p className="hint">{text("org.glossaryHint")}</p>
      <p className="actions">
        <button type="button" className="button" onClick={() => setEditing(true)}>
          {text("org.glossaryEdit")}
        </button>
        <span>{count("org.glossaryCount", wish.glossary?.entries.length ?? 0)}</span>
      </p>
      {invited && (
        <p className="actions">
          <button type="button" className="button button-danger" disabled={busy} onClick={() => void dismiss()}>
            {text("org.dismiss")}
          </button>
          {state.profile && (
            <span className="hint">
              {state.profile === TRIAL ? text("org.trial") : text("org.profile", { profile: state.profile })}
            </span>
          )}
        </p>
      )}
      {editing && (
        <GlossaryDialog
          glossary={wish.glossary}
          languages={offered}
          onClose={() => setEditing(false)}
          onSave={(glossary) => {
            setEditing(false);
            change({ ...wish, glossary });
          }}
        />
      )}
    </section>
  );
}

/** The profile with the smallest models, which is what a first try gets. */
const TRIAL = "embedded";

const NOTHING_SPECIAL: InterpreterWish = { languages: null, glossary: null, muted: [], voices: {} };

/** The interpreter as the service sees it. What is wished before it is invited waits here for the invitation. */
function useInterpreter(organising: Organising) {
  const [state, setState] = useState<InterpreterState | null>(null);
  const [draft, setDraft] = useState(NOTHING_SPECIAL);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const invited = state !== null && state.state !== "absent";
  const wish: InterpreterWish = invited
    ? { languages: state.languages, glossary: state.glossary, muted: state.muted, voices: state.voices }
    : draft;

  const perform = useCallback(async (call: () => Promise<InterpreterState>) => {
    setBusy(true);
    try {
      setState(await call());
      setError(null);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }, []);

  useEffect(() => {
    let current = true;
    const look = (): void => {
      organising.interpreter().then(
        (seen) => current && (setState(seen), setError(null)),
        (failure: unknown) => current && setError(failure),
      );
    };
    look();
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => {
      current = false;
      window.clearInterval(timer);
    };
  }, [organising]);

  const change = (next: InterpreterWish): void => {
    if (invited) void perform(() => organising.setInterpreter(next));
    else setDraft(next);
  };
  const invite = (): Promise<void> => perform(() => organising.setInterpreter(wish));
  const dismiss = (): Promise<void> => {
    setDraft(wish); // whoever invites it again finds their languages, voices and glossary
    return perform(async () => {
      await organising.dismissInterpreter();
      return organising.interpreter();
    });
  };
  return { state, wish, error, busy, change, invite, dismiss };
}

interface ChannelsProps {
  readonly languages: readonly string[];
  readonly muted: readonly string[];
  readonly onMuted: (muted: readonly string[]) => void;
}

/** Load and delay of each language, pushed by the interpreter itself. */
function Channels({ languages, muted, onMuted }: ChannelsProps) {
  const { text, language: locale } = useI18n();
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
              aria-label={`${text(isMuted ? "org.unmuteLanguage" : "org.muteLanguage")}: ${nameWithin(code, locale)}`}
              onClick={() => onMuted(isMuted ? muted.filter((other) => other !== code) : [...muted, code])}
            >
              {text(isMuted ? "org.unmuteLanguage" : "org.muteLanguage")}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function ChannelFacts({ channel, muted }: { channel: ChannelState | undefined; muted: boolean }) {
  const { text, count, number } = useI18n();
  const state = muted ? "muted" : channel?.state;
  const states = { open: "org.open", muted: "org.mutedState", lingering: "org.lingering" } as const;
  const facts = [
    state ? text(states[state]) : "",
    channel ? count("org.listeners", channel.listeners) : "",
    channel?.lagS != null ? text("lag.value", { seconds: number(channel.lagS) }) : "",
  ];
  return <span className="person-facts">{facts.filter(Boolean).join(" · ")}</span>;
}

function EndSection({ organising }: { organising: Organising }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const end = (): void => {
    setAsking(false);
    organising.close().catch(setError);
  };
  return (
    <section className="organise-end">
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <button type="button" className="button button-danger button-wide" onClick={() => setAsking(true)}>
        {text("org.end")}
      </button>
      {asking && (
        <Dialog title={text("org.endTitle")} onClose={() => setAsking(false)}>
          <p>{text("org.endText")}</p>
          <p className="actions">
            <button type="button" className="button button-danger" onClick={end}>
              {text("org.end")}
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {text("app.cancel")}
            </button>
          </p>
        </Dialog>
      )}
    </section>
  );
}
