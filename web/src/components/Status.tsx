import { useRemoteParticipants } from "@livekit/components-react";
import { useEffect, useId, useState } from "react";
import { useEncryptedText } from "../hooks/useEncryptedText";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePresenceText } from "../hooks/usePresence";
import { useOwnReports } from "../hooks/useReports";
import { useStore } from "../hooks/useStore";
import { channelFor, lagOf, stillListening, type Lag } from "../logic/interpreter";
import { nameOf, sameLanguage, servedBy } from "../logic/languages";
import { never } from "../logic/store";
import { spokenBy } from "../logic/wishes";
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
  const { text, number, language: locale } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const { listen } = useStore(meeting.wishSender.wishes);
  const [open, setOpen] = useState(false);
  const id = useId();
  if (listen === "off" || !interpreter.present) return null;

  const lag = lagOf(channelFor(interpreter, listen));
  const value = lag.kind === "unknown" ? text("lag.unknown") : text("lag.value", { seconds: number(lag.seconds) });
  return (
    <div className="lag">
      <button
        type="button"
        className="pill"
        data-lag={lag.kind}
        aria-expanded={open}
        aria-controls={id}
        aria-label={`${text("lag.title")}: ${value}`}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        <Icon name="pulse" />
        <span>{value}</span>
      </button>
      <div className="popover" id={id} hidden={!open}>
        <h3>{`${text("lag.title")}: ${nameOf(listen, locale)}`}</h3>
        {lagSentence(lag)}
        <p className="hint">{text("lag.meaning")}</p>
      </div>
    </div>
  );

  function lagSentence({ kind }: Lag) {
    switch (kind) {
      case "unknown":
        return <p>{text("lag.noneYet", { language: nameOf(listen, locale) })}</p>;
      case "close":
        return <p>{text("lag.close")}</p>;
      case "behind":
        return <p>{text("lag.behind")}</p>;
      case "far":
        return <p>{text("lag.far")}</p>;
    }
  }
}

/** Short pauses between two sentences of a translation do not end the signal. */
const LINGER_MS = 700;

/** Tells everybody that a translation is still being heard, so that they leave it time. */
export function WaitSignal() {
  const { text, count } = useI18n();
  const interpreter = useStore(useMeeting().interpreter);
  const listeners = stillListening(interpreter);
  const [shownCount, setShownCount] = useState(0);

  useEffect(() => {
    if (listeners > 0) {
      setShownCount(listeners);
      return undefined;
    }
    const timer = window.setTimeout(() => setShownCount(0), LINGER_MS);
    return () => window.clearTimeout(timer);
  }, [listeners]);

  return (
    <div className="wait" data-waiting={shownCount} hidden={shownCount === 0}>
      <span className="wait-ring" aria-hidden="true" />
      <p>
        <strong>{count("wait.playing", shownCount)}</strong> <span>{text("wait.hint")}</span>
      </p>
    </div>
  );
}

/** What keeps this person from hearing what they asked for, or others from hearing them. */
export function Troubles() {
  const { text, language: locale } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const pending = useStore(meeting.wishSender.pending);
  const { listen } = useStore(meeting.wishSender.wishes);
  const slow = useLasting(pending, 4000);
  const encryptedText = useEncryptedText(meeting.directory);
  const presence = usePresenceText();
  const reports = useOwnReports();
  const speakers = useRemoteParticipants().filter(isPerson);
  // Where everybody speaks the language listened to, nothing is missing.
  const needed = listen !== "off" && speakers.some((person) => isForeign(spokenBy(person.attributes), listen));

  const troubles: string[] = [];
  if (slow) troubles.push(text("trouble.pending"));
  if (presence && presence !== "interpreter.back") troubles.push(text(presence));
  if (interpreter.present) {
    const language = nameOf(listen, locale);
    if (interpreter.encrypted) troubles.push(encryptedText(interpreter.encrypted));
    troubles.push(...reports);
    if (needed && interpreter.languages.length && !servedBy(listen, interpreter.languages)) {
      troubles.push(text("trouble.noChannel", { language }));
    }
    if (channelFor(interpreter, listen)?.state === "muted") troubles.push(text("trouble.muted", { language }));
  }
  return (
    <div className="troubles" role="status">
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
    mixer.context.addEventListener("statechange", look);
    return () => mixer.context.removeEventListener("statechange", look);
  }, [mixer]);

  if (running) return null;
  return (
    <div className="notice notice-warning">
      <p>{text("room.startSoundHint")}</p>
      <button type="button" className="button button-main" onClick={() => void mixer.resume()}>
        <Icon name="sound" />
        {text("room.startSound")}
      </button>
    </div>
  );
}
