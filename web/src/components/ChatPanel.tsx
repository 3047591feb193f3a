import { useEffect, useId, useMemo, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useChatCommands } from "../hooks/useChatCommands";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { isCommand, linked, MOST_CHARACTERS, plainMessage, type ChatMessage } from "../logic/chat";
import type { TextKey } from "../logic/i18n";
import { directionOf, nameWithin } from "../logic/languages";
import { nameIn } from "../logic/names";
import type { Offer } from "../logic/offer";
import { toneOf } from "./tone";

/** Near enough to the end to go along with what comes. */
const NEAR_END_PX = 80;

/** The chat of the meeting. Its rows stay where they are while somebody reads further up. */
export default function ChatPanel({ offer }: { offer: Offer }) {
  const { text } = useI18n();
  const { chat } = useMeeting();
  const messages = useStore(chat.messages);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    chat.look(true);
    return () => chat.look(false);
  }, [chat]);
  useEffect(() => {
    if (atEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [messages]);
  const follow = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = list.current as HTMLDivElement;
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  };
  return (
    <section className="chat">
      {messages.length === 0 && <p className="hint">{text("chat.empty")}</p>}
      <div
        className="chat-messages"
        role="log"
        aria-label={text("chat.title")}
        tabIndex={0}
        ref={list}
        onScroll={follow}
      >
        <ol>
          {messages.map((message) => (
            <Message key={message.key} message={message} />
          ))}
        </ol>
      </div>
      <Writing offer={offer} />
    </section>
  );
}

function Message({ message }: { message: ChatMessage }) {
  const { text, language: locale } = useI18n();
  const { directory, room } = useMeeting();
  const names = useStore(directory.names);
  const [original, setOriginal] = useState(false);
  const clock = useMemo(() => new Intl.DateTimeFormat(locale, { timeStyle: "short" }), [locale]);
  const { writer, translation } = message;
  const shown = original ? null : translation;
  const mine = writer === room.localParticipant.identity;
  return (
    <li className={`chat-message ${toneOf(writer)}`} data-mine={mine} data-answer={writer === ""}>
      <p className="chat-head">
        <bdi className="passage-name">{writer ? nameIn(names, writer) : text("people.interpreter")}</bdi>
        {writer === "" && <span>{text("chat.onlyYou")}</span>}
        <time dateTime={new Date(message.atMs).toISOString()}>{clock.format(message.atMs)}</time>
      </p>
      <p
        className="chat-text"
        {...(shown ? { lang: shown.language, dir: directionOf(shown.language) } : { dir: "auto" })}
        data-translated={shown !== null}
      >
        <Words text={shown ? shown.text : message.text} />
      </p>
      {translation && (
        <p className="chat-translated">
          <span>
            {text("chat.translatedFrom", { language: nameWithin(translation.sourceLanguage, locale) })}
            {shown?.doubt && ` · ${text("captions.doubtful", { reason: shown.doubt })}`}
          </span>
          <button type="button" className="button-link" onClick={() => setOriginal(!original)}>
            {text(original ? "chat.translation" : "chat.original")}
          </button>
        </p>
      )}
    </li>
  );
}

function Words({ text }: { text: string }) {
  return linked(text).map((part, at) =>
    part.href ? (
      <a key={at} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc" dir="ltr">
        {part.text}
      </a>
    ) : (
      <span key={at}>{part.text}</span>
    ),
  );
}

const PROBLEMS: Readonly<Record<"too-fast" | "failed", TextKey>> = {
  "too-fast": "chat.tooFast",
  failed: "chat.failed",
};

/** What is written and not sent yet outlives the panel. */
const drafts = new WeakMap<object, string>();

function Writing({ offer }: { offer: Offer }) {
  const { text, count } = useI18n();
  const { chat } = useMeeting();
  const mayWrite = useStore(chat.mayWrite);
  const command = useChatCommands(offer);
  const [draft, setDraft] = useState(() => drafts.get(chat) ?? "");
  const [problem, setProblem] = useState<TextKey | null>(null);
  const sending = useRef(false);
  const id = useId();
  const over = [...draft.trim()].length - MOST_CHARACTERS;

  const write = (words: string): void => {
    drafts.set(chat, words);
    setDraft(words);
  };
  const send = async (): Promise<void> => {
    const words = plainMessage(draft);
    if (!words || over > 0 || sending.current) return;
    if (isCommand(words)) {
      chat.answer(command(words));
      write("");
      return;
    }
    if (!mayWrite) return;
    sending.current = true;
    const sent = await chat.send(words);
    sending.current = false;
    setProblem(sent === "sent" ? null : PROBLEMS[sent]);
    if (sent === "sent") write("");
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const told = over > 0 ? count("chat.tooLong", over) : problem ? text(problem) : "";
  return (
    <form className="chat-writing" onSubmit={submit}>
      {!mayWrite && (
        <p className="hint" data-chat="closed">
          {text("chat.closed")}
        </p>
      )}
      <label className="unseen" htmlFor={id}>
        {text("chat.write")}
      </label>
      <textarea
        id={id}
        rows={2}
        dir={draft ? "auto" : undefined} // empty, what it asks for reads as the page does
        value={draft}
        placeholder={text("chat.write")}
        aria-describedby={`${id}-told`}
        disabled={!mayWrite}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p className="chat-told" id={`${id}-told`} role="status">
        {told}
      </p>
      <button type="submit" className="button button-main" disabled={!mayWrite || over > 0 || draft.trim() === ""}>
        {text("chat.send")}
      </button>
    </form>
  );
}
