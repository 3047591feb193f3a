import { useEffect, useMemo, useState } from "react";
import { PassageLines } from "../components/CaptionPane";
import { Notice } from "../components/controls";
import { useTitle } from "../components/Page";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useStore } from "../hooks/useStore";
import { ApiError, type Api } from "../logic/api";
import { shown } from "../logic/captionView";
import type { CaptionPageOptions } from "../logic/route";
import { forgetSession, keepSession, keptSession } from "../room/sessionShelf";
import type { Reading } from "../room/reading";

interface CaptionsPageProps {
  readonly api: Api;
  readonly invitationToken: string;
  readonly options: CaptionPageOptions;
}

type Stage =
  | { readonly at: "connecting" }
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
      return <Waiting />;
    case "barred":
      return <Barred error={stage.error} />;
    case "reading":
      return <Lines reading={stage.reading} options={options} />;
  }
}

function useReading(api: Api, invitation: string, language: string): Stage {
  const [stage, setStage] = useState<Stage>({ at: "connecting" });
  useEffect(() => {
    if (invitation === "") return undefined;
    let reading: Reading | null = null;
    let ended = false;
    let timer: number | undefined;

    const open = async (): Promise<void> => {
      try {
        const [{ Reading: Reader }, admission] = await Promise.all([
          import("../room/reading"),
          admit(api, invitation, language),
        ]);
        keepSession(invitation, admission.session);
        const next = new Reader(admission, api, language);
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
        if (mayPass(error)) again();
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
      window.clearTimeout(timer);
      void reading?.end();
    };
  }, [api, invitation, language]);
  return stage;
}

async function admit(api: Api, invitation: string, language: string) {
  const session = keptSession(invitation);
  if (session) {
    try {
      return await api.renew(session);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === "offline") throw error;
      forgetSession(invitation);
    }
  }
  return api.join({ invitation, name: "Captions", captions: language });
}

/** Whether waiting may help: a link that was withdrawn stays so. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || ["offline", "rate_limited", "media_server", "storage"].includes(error.code);
}

function Lines({ reading, options }: { reading: Reading; options: CaptionPageOptions }) {
  const { text } = useI18n();
  const passages = useStore(reading.passages);
  const names = useStore(reading.directory.names);
  const { language, calm, lines: most, names: named, size, align } = options;
  const choice = useMemo(
    () => ({ mode: language === "original" ? ("original" as const) : ("translation" as const), language, calm }),
    [language, calm],
  );
  const lines = useMemo(() => shown(passages, choice, most), [passages, choice, most]);
  return (
    <main
      className="screen"
      data-align={align}
      style={{ "--screen-size": `${size}vh` } as React.CSSProperties}
    >
      <Heading />
      {lines.length === 0 && !options.transparent && <p className="screen-waiting">{text("page.waiting")}</p>}
      {lines.map((line) => (
        <PassageLines key={line.key} line={line} name={named && line.named ? (names.get(line.speaker) ?? line.speaker) : ""} />
      ))}
    </main>
  );
}

/** Says what the page is to whoever does not see it; a projector shows captions alone. */
function Heading() {
  const { text } = useI18n();
  return <h1 className="unseen">{text("captions.label")}</h1>;
}

function Waiting() {
  const { text } = useI18n();
  return (
    <main className="screen">
      <Heading />
      <p className="screen-waiting">{text("connection.connecting")}</p>
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
