import { useConnectionQualityIndicator, useRemoteParticipants } from "@livekit/components-react";
import { ConnectionQuality } from "livekit-client";
import { useEffect, useId, useState } from "react";
import { useEncryptedText } from "../hooks/useEncryptedText";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { usePresenceText } from "../hooks/usePresence";
import { useOwnReports } from "../hooks/useReports";
import { useStore } from "../hooks/useStore";
import { channelFor, lagOf, type Lag } from "../logic/interpreter";
import { baseOf, nameWithin, sameLanguage, servedBy } from "../logic/languages";
import { never } from "../logic/store";
import { isUntranslated, spokenBy } from "../logic/wishes";
import { isPerson } from "../room/directory";
import { Icon } from "./Icon";

const RESTORED_FOR_MS = 8000;

/** Says what the connection does while it is not simply there. */
export function ConnectionBanner() {
  const { text } = useI18n();
  const { session } = useMeeting();
  const connection = useStore(session.connection);
  const restored = connection.state === "connected" && connection.gapMs !== null;

  useEffect(() => {
    if (!restored) return undefined;
    const timer = window.setTimeout(() => session.noticed(), RESTORED_FOR_MS);
    return () => window.clearTimeout(timer);
  }, [restored, session]);

  const message = (): string => {
    switch (connection.state) {
      case "idle":
      case "ended":
        return "";
      case "connecting":
        return text("connection.connecting");
      case "reconnecting":
        return text(connection.media ? "connection.reconnecting" : "connection.reconnectingSignal");
      case "connected":
        if (connection.gapMs === null) return "";
        return text("connection.restored", { seconds: Math.max(1, Math.round(connection.gapMs / 1000)) });
      default:
        return never(connection);
    }
  };
  const words = message();
  return (
    <section
      className="banner"
      aria-label={text("room.diagnostics")}
      data-connection={restored ? "restored" : connection.state}
    >
      <div role="status">{words && <p className={restored ? "banner-good" : "banner-warning"}>{words}</p>}</div>
    </section>
  );
}

/** How far the translation is behind; opens an explanation. */
export function LagBadge() {
  const { text, labelled, language: locale } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const { listen } = useStore(meeting.wishSender.wishes);
  const [open, setOpen] = useState(false);
  const id = useId();
  const [kind, setKind] = useState<Lag["kind"]>("unknown");
  const lag: Lag =
    listen === "off" || !interpreter.present ? { kind: "unknown" } : lagOf(channelFor(interpreter, listen), kind);
  if (lag.kind !== kind) setKind(lag.kind);
  // Its place is kept while there is nothing to show.
  if (lag.kind === "unknown") return <div className="lag" />;

  const seconds = Math.round(lag.seconds);
  return (
    <div className="lag">
      <button
        type="button"
        className="pill"
        data-lag={lag.kind}
        aria-expanded={open}
        aria-controls={id}
        aria-label={labelled(text("lag.title"), text("lag.value", { seconds }))}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        <span className="dot" aria-hidden="true" />
        <span>{text("lag.short", { seconds })}</span>
      </button>
      <div className="popover" id={id} hidden={!open}>
        <h2>{labelled(text("lag.title"), nameWithin(listen, locale))}</h2>
        <p>{text(LAG_TEXTS[lag.kind])}</p>
        <p className="hint">{text("lag.meaning")}</p>
      </div>
    </div>
  );
}

const LAG_TEXTS = { close: "lag.close", behind: "lag.behind", far: "lag.far" } as const;

/** What keeps this person from hearing what they asked for, or others from hearing them. */
export function Troubles({ offered }: { offered: readonly string[] | null }) {
  const { text, language: locale } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const pending = useStore(meeting.wishSender.pending);
  const wishes = useStore(meeting.wishSender.wishes);
  const { listen } = wishes;
  const [preferences] = usePreferences();
  const slow = useLasting(pending, 4000);
  const { quality } = useConnectionQualityIndicator({ participant: meeting.room.localParticipant });
  const encryptedText = useEncryptedText(meeting.directory);
  const presence = usePresenceText();
  const reports = useOwnReports();
  const speakers = useRemoteParticipants().filter(isPerson);
  // Where everybody speaks the language listened to, nothing is missing.
  const needed = listen !== "off" && speakers.some((person) => isForeign(spokenBy(person.attributes), listen));

  const troubles: string[] = [];
  if (slow) troubles.push(text("trouble.pending"));
  if (quality === ConnectionQuality.Poor || quality === ConnectionQuality.Lost) troubles.push(text("trouble.weak"));
  if (isUntranslated(wishes, preferences.read.mode, offered)) {
    troubles.push(text("captions.original", { language: nameWithin(baseOf(wishes.read.language), locale) }));
  }
  if (presence && presence !== "interpreter.back") troubles.push(text(presence));
  if (interpreter.present) {
    const language = nameWithin(listen, locale);
    if (interpreter.encrypted) troubles.push(encryptedText(interpreter.encrypted));
    troubles.push(...reports);
    if (needed && interpreter.languages.length && !servedBy(listen, interpreter.languages)) {
      troubles.push(text("trouble.noChannel", { language }));
    }
    if (channelFor(interpreter, listen)?.state === "muted") troubles.push(text("trouble.muted", { language }));
  }
  return (
    <div className="troubles" role="status" data-about="interpreter">
      {troubles.map((trouble) => (
        <p key={trouble}>{trouble}</p>
      ))}
      {presence === "interpreter.back" && <p data-kind="good">{text(presence)}</p>}
    </div>
  );
}

function isForeign(spoken: string, listen: string): boolean {
  return spoken !== "" && spoken !== "auto" && !sameLanguage(spoken, listen);
}

/** True once `value` has been true for `ms`. */
function useLasting(value: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) {
      setLasting(false);
      return undefined;
    }
    const timer = window.setTimeout(() => setLasting(true), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return lasting;
}

/** Some browsers start sound only after another click. */
export function SoundStarter() {
  const { text } = useI18n();
  const { mixer } = useMeeting();
  const [running, setRunning] = useState(mixer.context.state === "running");

  useEffect(() => {
    const look = (): void => setRunning(mixer.context.state === "running");
    look();
    // Whatever is clicked or pressed will do, wherever the button is.
    const start = (): void => void (mixer.context.state === "suspended" && mixer.resume());
    const ending = new AbortController();
    const { signal } = ending;
    mixer.context.addEventListener("statechange", look, { signal });
    for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, start, { signal });
    return () => ending.abort();
  }, [mixer]);

  if (running) return null;
  return (
    <div className="strip-action">
      <p>{text("room.startSoundHint")}</p>
      <button type="button" className="button button-main" onClick={() => void mixer.resume()}>
        <Icon name="sound" />
        {text("room.startSound")}
      </button>
    </div>
  );
}
