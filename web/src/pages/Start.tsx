import { lazy, Suspense, useEffect, useState, type FormEvent } from "react";
import { CopyField, Notice, Segmented, Switch } from "../components/controls";
import { Icon } from "../components/Icon";
import { InterpreterChoice } from "../components/InterpreterChoice";
import { KeptTranscripts } from "../components/KeptTranscripts";
import { LanguageSelect } from "../components/LanguageSelect";
import { Page, ViewHeading } from "../components/Page";
import { useConfig } from "../hooks/useConfig";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Api, Config } from "../logic/api";
import { directionOf } from "../logic/languages";
import { newRoomKey } from "../logic/roomKey";
import { onThisSite } from "../logic/route";
import { forgetMeeting, keepMeeting, keptMeetings, meetingOf, withKeys, type KeptMeeting } from "../room/meetingShelf";
import type { KeptTranscript } from "../room/transcriptShelf";
import { StartDetails } from "./StartDetails";

const KeptMeeting = lazy(async () => ({ default: (await import("./KeptMeeting")).KeptMeeting }));

type Creation =
  | { readonly state: "form"; readonly error: unknown }
  | { readonly state: "creating" }
  | { readonly state: "links"; readonly meeting: KeptMeeting };

export function Start({ api }: { api: Api }) {
  const { text } = useI18n();
  const [creation, setCreation] = useState<Creation>(shownInHistory);
  const [read, setRead] = useState<KeptTranscript | null>(null);
  const config = useConfig(api);
  // What the browser's history says was shown: after a reload, and by Back and Forward.
  useEffect(() => {
    const follow = (): void => setCreation(shownInHistory());
    window.addEventListener("popstate", follow);
    return () => window.removeEventListener("popstate", follow);
  }, []);
  const show = (meeting: KeptMeeting): void => {
    window.history.pushState({ [SHOWN]: meeting }, "");
    setCreation({ state: "links", meeting });
  };

  const create = async (wish: Parameters<Api["createRoom"]>[0], key: string): Promise<void> => {
    setCreation({ state: "creating" });
    try {
      const { organiser_token: _, ...made } = await api.createRoom(wish, key || undefined);
      const meeting = withKeys(made, wish.encrypted ? newRoomKey() : null);
      keepMeeting(meeting);
      goTo(onThisSite(meeting.organiser_link));
    } catch (error) {
      setCreation({ state: "form", error });
    }
  };

  if (read)
    return (
      <Suspense fallback={<p className="loading">{text("app.loading")}</p>}>
        <KeptMeeting kept={read} onBack={() => setRead(null)} />
      </Suspense>
    );
  if (creation.state === "links") return <Links room={creation.meeting} />;
  return (
    <Page title={text("start.form")}>
      <div className="start">
        <section className="start-words">
          <h1>{text("start.title")}</h1>
          <p className="lead">{text("start.lead")}</p>
          <p className="private">
            <Icon name="check" />
            {text("start.private")}
          </p>
          <Illustration />
        </section>
        <CreateForm
          config={config}
          busy={creation.state === "creating"}
          error={creation.state === "form" ? creation.error : null}
          onCreate={(wish, key) => void create(wish, key)}
        />
        <YourMeetings onShow={show} />
        <KeptTranscripts onRead={setRead} />
        <p>
          <a href="/pair">{text("pair.title")}</a>
        </p>
      </div>
      <StartDetails config={config} />
    </Page>
  );
}

const SHOWN = "hive.meeting";

/** To another view of this page, without loading it anew. */
function goTo(address: string): void {
  window.history.pushState(null, "", address);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

function shownInHistory(): Creation {
  const state: unknown = window.history.state;
  const meeting = typeof state === "object" && state !== null && SHOWN in state ? meetingOf(state[SHOWN]) : null;
  return meeting ? { state: "links", meeting } : { state: "form", error: null };
}

/** The meetings made in this browser, with their links. */
function YourMeetings({ onShow }: { onShow: (meeting: KeptMeeting) => void }) {
  const { text, labelled } = useI18n();
  const [meetings, setMeetings] = useState(() => keptMeetings());
  if (!meetings.length) return null;
  const forget = (room: string): void => {
    forgetMeeting(room);
    setMeetings(keptMeetings());
  };
  return (
    <section className="card your-meetings" aria-labelledby="your-meetings">
      <h2 id="your-meetings">{text("start.yours")}</h2>
      <ul className="link-list">
        {meetings.map((meeting) => (
          <li key={meeting.room} data-meeting={meeting.room}>
            <strong>
              <bdi>{meeting.title}</bdi>
            </strong>
            <div className="actions">
              <a
                className="button button-main"
                href={onThisSite(meeting.organiser_link)}
                aria-label={labelled(text("start.enter"), meeting.title)}
              >
                {text("start.enter")}
              </a>
              <button
                type="button"
                className="button"
                aria-label={labelled(text("org.links"), meeting.title)}
                onClick={() => onShow(meeting)}
              >
                {text("org.links")}
              </button>
              <button
                type="button"
                className="button button-quiet button-icon"
                aria-label={text("start.forget", { title: meeting.title })}
                title={text("start.forget", { title: meeting.title })}
                onClick={() => forget(meeting.room)}
              >
                <Icon name="trash" />
              </button>
            </div>
          </li>
        ))}
      </ul>
      <p className="hint">{text("start.yoursHint")}</p>
    </section>
  );
}

interface CreateFormProps {
  readonly config: Config | null;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onCreate: (wish: Parameters<Api["createRoom"]>[0], key: string) => void;
}

function CreateForm({ config, busy, error, onCreate }: CreateFormProps) {
  const i18n = useI18n();
  const { text } = i18n;
  const errorText = useErrorText();
  const [title, setTitle] = useState("");
  const [source, setSource] = useState("auto");
  const [guests, setGuests] = useState<"speaker" | "listener">("speaker");
  const [chat, setChat] = useState(true);
  const [encrypted, setEncrypted] = useState(false);
  const [key, setKey] = useState("");
  const [interpreter, setInterpreter] = useState<boolean | null>(null);
  const withInterpreter = interpreter ?? config?.interpreter.available ?? false;
  const open = config?.open_rooms ?? true; // assumed until the server says otherwise

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onCreate(
      {
        title: title.trim() || text("start.namePlaceholder"),
        source_language: source,
        guest_role: guests,
        chat,
        encrypted,
        interpreter: withInterpreter,
      },
      key,
    );
  };

  return (
    <form className="card" onSubmit={submit}>
      <h2>{text("start.form")}</h2>
      <div className="field">
        <label htmlFor="title">{text("start.name")}</label>
        <input
          id="title"
          value={title}
          maxLength={80}
          placeholder={text("start.namePlaceholder")}
          autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
      </div>
      <LanguageSelect
        label={text("start.source")}
        value={source}
        special={[{ value: "auto", label: text("before.speakAuto") }]}
        offered={config?.offer.recognised}
        reason={() => "language.notRecognised"}
        onChange={setSource}
      />
      <Segmented
        label={text("start.guests")}
        value={guests}
        choices={[
          { value: "speaker", label: text("start.guestsSpeak") },
          { value: "listener", label: text("start.guestsListen") },
        ]}
        onChange={setGuests}
      />
      <InterpreterChoice config={config} chosen={withInterpreter} onChange={setInterpreter} />
      <Switch label={text("chat.allow")} checked={chat} onChange={setChat} />
      <Switch
        label={text("sealed.create")}
        hint={text("sealed.createHint")}
        checked={encrypted}
        onChange={setEncrypted}
      />
      {!open && (
        <div className="field">
          <label htmlFor="key">{text("start.key")}</label>
          <input
            id="key"
            type="password"
            value={key}
            required
            autoComplete="current-password"
            aria-describedby="key-hint"
            onChange={(event) => setKey(event.target.value)}
          />
          <p className="hint" id="key-hint">
            {text("start.keyHint")}
          </p>
        </div>
      )}
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <button type="submit" className="button button-main button-wide" disabled={busy}>
        {text(busy ? "start.creating" : "start.create")}
      </button>
    </form>
  );
}

/** The links of a meeting that was made in this browser. */
function Links({ room }: { room: KeptMeeting }) {
  const { text, language } = useI18n();
  const until = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  return (
    <Page narrow title={room.title}>
      <div className="card created">
        <p className="eyebrow">
          <bdi>{room.title}</bdi>
        </p>
        <ViewHeading>{text("org.links")}</ViewHeading>
        <p>{text("start.readyLead")}</p>
        <CopyField label={text("start.guestLink")} value={room.guest_link} />
        <CopyField label={text("start.organiserLink")} value={room.organiser_link} />
        <CopyField label={text("start.captionsLink")} value={room.captions_link} />
        <p className="hint">{text("start.until", { date: until.format(new Date(room.expires_at)) })}</p>
        <a className="button button-main button-wide" href={onThisSite(room.organiser_link)}>
          {text("start.enter")}
        </a>
      </div>
    </Page>
  );
}

/** One voice goes in, the same words come out in several languages. */
function Illustration() {
  const lines = [
    ["en", "Good morning, everyone."],
    ["es", "Buenos días a todos."],
    ["fr", "Bonjour à tous."],
    ["ar", "صباح الخير للجميع."],
    ["ja", "皆さん、おはようございます。"],
  ] as const;
  return (
    <div className="illustration" aria-hidden="true">
      {lines.map(([code, words]) => (
        <p key={code}>
          <span>{code}</span>
          <bdi lang={code} dir={directionOf(code)}>
            {words}
          </bdi>
        </p>
      ))}
    </div>
  );
}
