import { useEffect, useMemo, useRef, useState, type FormEvent } from "react";
import { Notice, Switch } from "../components/controls";
import { ElsewhereNotice } from "../components/ElsewhereNotice";
import { Icon, type IconName } from "../components/Icon";
import { JoinNotice } from "../components/JoinNotice";
import { HearField, ReadField, readingIn, ReadModeSelect, SpeakField } from "../components/LanguageFields";
import { Page } from "../components/Page";
import { SoundCheck } from "../components/SoundCheck";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useInSight } from "../hooks/useInSight";
import { usePreferences } from "../hooks/usePreferences";
import { ApiError, type Invitation, type Role } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { baseOf, isLanguageCode, nameWithin, ownNameOf, servedBy } from "../logic/languages";
import { plainName } from "../logic/names";
import { isOffered } from "../logic/offer";
import type { Preferences } from "../logic/preferences";
import { isUntranslated, type Wishes } from "../logic/wishes";

export interface Entry {
  readonly name: string;
  readonly wishes: Wishes;
  /** Device id, empty for the browser's choice, null to listen only. */
  readonly microphone: string | null;
}

interface BeforeProps {
  readonly invitation: Invitation;
  readonly joining: boolean;
  readonly error: unknown;
  readonly returning: boolean;
  /** Where the operator says how data is handled, as the service has it. */
  readonly privacyUrl: string | null;
  /** Where they are in this meeting in another tab already. */
  readonly onMoveHere: (() => void) | null;
  readonly onEnter: (entry: Entry) => void;
  /** Ends joining, which may take long on a slow network. */
  readonly onGiveUp: () => void;
}

const ROLE_TEXTS: Readonly<Record<Role, TextKey>> = {
  organiser: "before.roleOrganiser",
  speaker: "before.roleSpeaker",
  listener: "before.roleListener",
  reader: "before.roleReader",
};

type NameProblem = "before.nameMissing" | "before.nameUnseen";

export function Before(props: BeforeProps) {
  const { invitation, joining, error, returning, privacyUrl, onMoveHere, onEnter, onGiveUp } = props;
  const { text } = useI18n();
  const errorText = useErrorText();
  const [preferences, change] = usePreferences();
  const [nameProblem, setNameProblem] = useState<NameProblem | null>(null);
  const [microphone, setMicrophone] = useState<string | null>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const notice = useRef<HTMLParagraphElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const noticeSeen = useInSight(notice, bar);
  const wishes = useFirstWishes(invitation, preferences);
  const maySpeak = invitation.role === "organiser" || invitation.role === "speaker";
  const hears = invitation.role !== "reader";

  // The chunk with LiveKit is fetched while the person fills in the form.
  useEffect(() => void import("../room/meeting").catch(() => undefined), []);

  const showNotice = (): void => {
    notice.current?.scrollIntoView({ block: "end" });
    notice.current?.focus({ preventScroll: true });
  };

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = plainName(preferences.name);
    setNameProblem(name !== "" ? null : preferences.name.trim() === "" ? "before.nameMissing" : "before.nameUnseen");
    if (name === "") nameField.current?.focus();
    else onEnter({ name, wishes, microphone: maySpeak ? microphone : null });
  };

  return (
    <Page title={invitation.title} narrow>
      <form className="before-form" onSubmit={submit} noValidate>
        <div className="before">
          <div className="before-head">
            <p className="eyebrow">{text(ROLE_TEXTS[invitation.role])}</p>
            <h1>{text("before.title", { title: invitation.title })}</h1>
          </div>
          {invitation.recorded && (
            <Notice kind="warning">
              <span className="recording-dot" aria-hidden="true" /> {text("before.recorded")}
            </Notice>
          )}
          {invitation.encrypted && (
            <p className="hint">
              <Icon name="lock" /> {text("before.sealed")}
            </p>
          )}
          {onMoveHere && <ElsewhereNotice hint={text("before.elsewhereHint")} onMoveHere={onMoveHere} />}
          <section className="card" aria-label={text("before.languages")}>
            <div className="field">
              <label htmlFor="name">{text("before.name")}</label>
              <input
                id="name"
                ref={nameField}
                value={preferences.name}
                maxLength={64}
                required
                autoComplete="name"
                aria-invalid={nameProblem !== null}
                aria-describedby={nameProblem ? "name-problem" : undefined}
                onChange={(event) => change({ name: event.target.value })}
              />
              {nameProblem && (
                <p className="field-problem" id="name-problem" role="alert">
                  {text(nameProblem)}
                </p>
              )}
            </div>
            <Languages invitation={invitation} wishes={wishes} maySpeak={maySpeak} hears={hears} />
          </section>
          {hears && (
            <section className="card before-sound" aria-label={text("before.sound")}>
              <SoundCheck maySpeak={maySpeak} joining={joining} onMicrophone={setMicrophone} />
              <details>
                <summary>{text("before.advanced")}</summary>
                <Switch
                  label={text("before.relayOnly")}
                  hint={text("before.relayHint")}
                  checked={preferences.relayOnly}
                  onChange={(relayOnly) => change({ relayOnly })}
                />
              </details>
            </section>
          )}
          <div className="before-foot">
            <JoinNotice
              id="join-notice"
              privacyUrl={privacyUrl}
              likeness={invitation.offer.likened !== null}
              ref={notice}
            />
          </div>
        </div>
        <div className="before-join" ref={bar}>
          {error !== null && (
            <Notice kind="problem" urgent>
              {error instanceof ApiError ? errorText(error) : text("error.connect")}
            </Notice>
          )}
          {!noticeSeen && <Agreement onMore={showNotice} />}
          <button
            type="submit"
            className="button button-main button-large"
            aria-describedby="join-notice"
            disabled={joining}
          >
            {joining ? text("before.joining") : joinLabel()}
          </button>
          {joining && <Joining onGiveUp={onGiveUp} />}
        </div>
      </form>
    </Page>
  );

  function joinLabel(): string {
    if (returning) return text("before.rejoin");
    return text(maySpeak && microphone === null ? "before.joinListening" : "before.join");
  }
}

/** In a small window the notice lies below what is seen: what one agrees to stands at the button all the same. */
function Agreement({ onMore }: { onMore: () => void }) {
  const { text } = useI18n();
  return (
    <p className="hint before-agree">
      {text("before.agree")}{" "}
      <button type="button" className="button-link" onClick={onMore}>
        {text("before.agreeMore")}
      </button>
    </p>
  );
}

function Joining({ onGiveUp }: { onGiveUp: () => void }) {
  const { text } = useI18n();
  return (
    <>
      <progress aria-label={text("before.joining")} />
      <button type="button" className="button" onClick={onGiveUp}>
        {text("app.cancel")}
      </button>
    </>
  );
}

interface LanguagesProps {
  readonly invitation: Invitation;
  readonly wishes: Wishes;
  readonly maySpeak: boolean;
  readonly hears: boolean;
}

/** What was found out by itself in one line, which opens for those who want it otherwise. */
function Languages(props: LanguagesProps) {
  const { text, language: locale } = useI18n();
  const [preferences] = usePreferences();
  const { invitation, wishes } = props;
  const untranslated = isUntranslated(wishes, preferences.read.mode, invitation.offer.read);
  return (
    <>
      <details className="before-languages">
        <summary>
          <Chosen {...props} />
          <span className="before-change">{text("before.change")}</span>
        </summary>
        <LanguageFields {...props} />
        <p className="hint">{text("before.changeLater")}</p>
      </details>
      {invitation.offer.read === null && <p className="hint">{text("before.offerUnknown")}</p>}
      {untranslated && (
        <Notice kind="info">
          {text("captions.original", { language: nameWithin(baseOf(wishes.read.language), locale) })}
        </Notice>
      )}
    </>
  );
}

function Chosen({ wishes, maySpeak, hears }: LanguagesProps) {
  const { text, language: locale } = useI18n();
  const { speak, listen, read } = wishes;
  const spoken = speak === "auto" ? text("before.speakAuto") : ownNameOf(speak, locale);
  const heard = listen === "off" ? text("before.hearOff") : ownNameOf(listen, locale);
  const written = read.mode === "original" ? text("before.captionsOriginal") : ownNameOf(read.language, locale);
  const facts: readonly (readonly [IconName, TextKey, string])[] = [
    ...(maySpeak ? [["speech", "before.speak", spoken] as const] : []),
    ...(hears ? [["ear", "before.hear", heard] as const] : []),
    ...(read.mode === "off" ? [] : [["read", "before.read", written] as const]),
  ];
  return (
    <span className="before-chosen">
      {facts.map(([icon, label, value]) => (
        <span key={label}>
          <Icon name={icon} />
          <span>{text(label)}</span> <strong>{value}</strong>
        </span>
      ))}
    </span>
  );
}

function LanguageFields({ invitation, wishes, maySpeak, hears }: LanguagesProps) {
  const [, change] = usePreferences();
  const { offer } = invitation;
  const { mode, language } = wishes.read;
  return (
    <>
      {maySpeak && <SpeakField offer={offer} value={wishes.speak} onChange={(speak) => change({ speak })} />}
      {hears && <HearField offer={offer} value={wishes.listen} onChange={(listen) => change({ listen })} />}
      <div className="field-pair">
        <ReadField offer={offer} value={language} onChange={(code) => change({ read: readingIn(code, mode) })} />
        <ReadModeSelect mode={mode} onChange={(next) => change({ read: { mode: next, language } })} />
      </div>
    </>
  );
}

/** What this person chose last time, else what their page and the room suggest. */
function useFirstWishes({ offer, role, source_language: source }: Invitation, preferences: Preferences): Wishes {
  const { language: interfaceLanguage } = useI18n();
  return useMemo(() => {
    const mine = offer.read === null ? interfaceLanguage : ownLanguage(preferences, interfaceLanguage);
    const own = servedBy(mine, offer.read ?? [mine]);
    const audible = own !== undefined && isOffered(own, offer.heard) ? own : "off";
    const listen = role === "reader" ? "off" : preferences.listen || audible;
    const maySpeak = role === "organiser" || role === "speaker";
    const speak = preferences.speak || (source === "auto" ? "auto" : source);
    return {
      speak: maySpeak ? speak : "",
      listen,
      read: {
        // Where nobody translates into the visitor's language, the original is better than nothing.
        mode: preferences.read.language || own ? preferences.read.mode : "original",
        language: preferences.read.language || (listen === "off" ? (own ?? mine) : listen),
      },
      push: maySpeak && preferences.pushToTranslate ? "released" : "always",
    };
  }, [interfaceLanguage, offer, role, source, preferences]);
}

/** What this person would read best: what they chose for the page, else the first that their browser names. */
function ownLanguage(preferences: Preferences, interfaceLanguage: string): string {
  if (preferences.interfaceLanguage !== "") return interfaceLanguage;
  return isLanguageCode(navigator.language) ? navigator.language : interfaceLanguage;
}
