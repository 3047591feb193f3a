import { useEffect, useMemo, useState } from "react";
import { Paragraph } from "../components/CaptionPane";
import { Notice } from "../components/controls";
import { Icon } from "../components/Icon";
import { useTitle } from "../components/Page";
import { PartBoundary } from "../components/PartBoundary";
import { SECRECY_LABELS } from "../components/SecrecyBadge";
import { useEncryptedText } from "../hooks/useEncryptedText";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useSecrecy } from "../hooks/useSecrecy";
import { useStore } from "../hooks/useStore";
import { useWholeLines } from "../hooks/useWholeLines";
import { ApiError, type Api } from "../logic/api";
import { shown } from "../logic/captionView";
import { nameIn, SCREEN_NAME } from "../logic/names";
import { offerOf, UNKNOWN } from "../logic/offer";
import { keyHere } from "../logic/roomKey";
import type { CaptionPageOptions } from "../logic/route";
import { admit, mayPass } from "../room/admission";
import type { Encryption } from "../room/encryption";
import type { Reading } from "../room/reading";

interface CaptionsPageProps {
  readonly api: Api;
  readonly invitationToken: string;
  readonly options: CaptionPageOptions;
}

type Stage =
  | { readonly at: "connecting" }
  | { readonly at: "waiting" }
  | { readonly at: "barred"; readonly error: unknown }
  | { readonly at: "reading"; readonly reading: Reading };

/** How long an unattended screen waits before it tries again. */
const AGAIN_MS = 15_000;

/** Captions alone, for projectors and OBS: joins by itself, comes back by itself, shows nothing else. */
export function CaptionsPage({ api, invitationToken, options }: CaptionsPageProps) {
  const stage = useReading(api, invitationToken, options.language);
  useTitle("");

  useEffect(() => {
    const page = document.documentElement;
    page.dataset["captionsPage"] = options.transparent ? "transparent" : "solid";
    return () => {
      delete page.dataset["captionsPage"];
    };
  }, [options.transparent]);

  if (invitationToken === "") return <Incomplete />;
  switch (stage.at) {
    case "connecting":
      return <Waiting reason="connection.connecting" />;
    case "waiting":
      return <Waiting reason="lobby.title" />;
    case "barred":
      return <Barred error={stage.error} />;
    case "reading":
      return (
        <PartBoundary againMs={AGAIN_MS}>
          <Lines reading={stage.reading} options={options} />
        </PartBoundary>
      );
  }
}

function useReading(api: Api, invitation: string, language: string): Stage {
  const [stage, setStage] = useState<Stage>({ at: "connecting" });
  useEffect(() => {
    if (invitation === "") return undefined;
    let reading: Reading | null = null;
    let ended = false;
    let timer: number | undefined;
    const visit = new AbortController();

    const open = async (): Promise<void> => {
      try {
        const key = keyHere();
        const encryption = key === null ? null : await (await import("../room/encryption")).Encryption.open(key);
        const [{ Reading: Reader }, admission] = await Promise.all([
          import("../room/reading"),
          admit(api, { invitation, name: SCREEN_NAME, captions: language }, null, {
            signal: visit.signal,
            onWaiting: () => setStage({ at: "waiting" }),
          }),
        ]);
        if (admission.encrypted && !encryption) throw new ApiError("key_missing", "The link does not bring the key.");
        const next = new Reader(admission, api, language, encryption);
        await next.start();
        if (ended) return await next.end();
        reading = next;
        next.session.connection.subscribe(() => {
          if (next.session.connection.get().state === "ended" && !ended) again();
        });
        setStage({ at: "reading", reading: next });
      } catch (error) {
        if (ended) return;
        setStage({ at: "barred", error });
        if (!(error instanceof ApiError) || mayPass(error) || error.code === "waiting_ended") again();
      }
    };
    const again = (): void => {
      void reading?.end();
      reading = null;
      timer = window.setTimeout(() => void open(), AGAIN_MS);
    };
    void open();
    return () => {
      ended = true;
      visit.abort();
      window.clearTimeout(timer);
      void reading?.end();
    };
  }, [api, invitation, language]);
  return stage;
}

function Lines({ reading, options }: { reading: Reading; options: CaptionPageOptions }) {
  const { text } = useI18n();
  const passages = useStore(reading.passages);
  const checkable = useStore(reading.captionsCheckable);
  const names = useStore(reading.directory.names);
  const interpreter = useStore(reading.interpreter);
  const encryptedText = useEncryptedText(reading.directory);
  const encrypted = interpreter.present ? interpreter.encrypted : null;
  const { read: offered } = useMemo(() => offerOf(UNKNOWN, interpreter), [interpreter]);
  const { language, calm, lines: most, names: named, size, align } = options;
  const choice = useMemo(
    () => ({
      mode: language === "original" ? ("original" as const) : ("translation" as const),
      language,
      offered,
      calm,
    }),
    [language, offered, calm],
  );
  const lines = useMemo(() => shown(passages, choice, most), [passages, choice, most]);
  const screen = useWholeLines();
  // In an upright window a letter that high leaves room for a word in a line.
  const height = `min(${size}vh, ${1.4 * size}vw)`;
  return (
    <main className="screen" ref={screen} data-align={align} style={{ "--screen-size": height } as React.CSSProperties}>
      <Heading />
      {reading.encryption && !options.transparent && <SecrecySign encryption={reading.encryption} />}
      {!checkable && <Notice kind="problem">{text("captions.uncheckable")}</Notice>}
      {checkable && lines.length === 0 && !options.transparent && (
        <p className="screen-waiting">{encrypted ? encryptedText(encrypted) : text("page.waiting")}</p>
      )}
      {lines.map((line) => (
        <Paragraph key={line.key} line={line} name={named && line.named ? nameIn(names, line.speaker) : ""} />
      ))}
    </main>
  );
}

/** The badge of encrypted meetings, for all who see the screen; whoever puts captions over a picture has that alone. */
function SecrecySign({ encryption }: { encryption: Encryption }) {
  const { text } = useI18n();
  const state = useSecrecy(encryption);
  return (
    <p className="screen-secrecy" data-secrecy={state} role="status">
      <Icon name="lock" /> {text(SECRECY_LABELS[state])}
    </p>
  );
}

/** Says what the page is to whoever does not see it; a projector shows captions alone. */
function Heading() {
  const { text } = useI18n();
  return <h1 className="unseen">{text("captions.label")}</h1>;
}

function Waiting({ reason }: { reason: "connection.connecting" | "lobby.title" }) {
  const { text } = useI18n();
  return (
    <main className="screen">
      <Heading />
      <p className="screen-waiting">{text(reason)}</p>
    </main>
  );
}

function Incomplete() {
  const { text } = useI18n();
  return (
    <main className="screen">
      <Heading />
      <Notice kind="problem">{text("page.noInvitation")}</Notice>
    </main>
  );
}

function Barred({ error }: { error: unknown }) {
  const errorText = useErrorText();
  return (
    <main className="screen">
      <Heading />
      <Notice kind="problem" urgent>
        {errorText(error)}
      </Notice>
    </main>
  );
}
