import { Fragment, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useHearsTranslation } from "../hooks/useHearsTranslation";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useReason } from "../hooks/useReason";
import { useStore } from "../hooks/useStore";
import { Announcer, shown, type CaptionChoice, type ShownParagraph, type ShownRow } from "../logic/captionView";
import { baseOf, directionOf, nameWithin } from "../logic/languages";
import { nameIn } from "../logic/names";
import { between, draftWords } from "../logic/paragraphs";
import { announces, CAPTION_SIZES } from "../logic/preferences";
import { Notice } from "./controls";
import { Icon } from "./Icon";
import { SampleOffer, SampleStop } from "./SampleOffer";
import { AskForInterpreter } from "./InterpreterRequest";
import { toneOf } from "./tone";

/** Clauses: some five minutes. */
const MOST_SHOWN = 90;
/** A screen reader needs about this long for what it is told at once. */
const ANNOUNCE_EVERY_MS = 5000;

interface CaptionPaneProps {
  readonly choice: CaptionChoice;
  /** Leads an organiser to where the interpreter is invited. */
  readonly onOrganise: (() => void) | null;
  readonly isOrganiser: boolean;
}

export function CaptionPane({ choice, onOrganise, isOrganiser }: CaptionPaneProps) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const passages = useStore(meeting.passages);
  const checkable = useStore(meeting.captionsCheckable);
  const names = useStore(meeting.directory.names);
  const [preferences] = usePreferences();
  const former = useStore(meeting.readBefore);
  const lines = useMemo(() => shown(passages, choice, MOST_SHOWN, former), [passages, choice, former]);
  const { scroller, following, follow, onScroll } = useFollowing(lines);
  const content = useReserved(lines[0]?.key ?? "", `${choice.mode} ${choice.language} ${preferences.captionSize}`);
  const reads = announces(preferences, useHearsTranslation());
  const size = CAPTION_SIZES[preferences.captionSize] ?? CAPTION_SIZES[2];

  return (
    <section
      className={preferences.captionContrast ? "captions captions-contrast" : "captions"}
      id="captions"
      aria-label={text("captions.label")}
      data-captions={choice.mode}
    >
      {!checkable && <Notice kind="warning">{text("captions.uncheckable")}</Notice>}
      <div
        className="captions-scroll"
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label={text("captions.label")}
        style={{ "--caption-size": `${size}rem` } as React.CSSProperties}
      >
        {lines.length === 0 && <Empty choice={choice} onOrganise={onOrganise} isOrganiser={isOrganiser} />}
        <div className="captions-lines" ref={content}>
          {lines.map((line) => (
            <Paragraph
              key={line.key}
              line={line}
              name={preferences.captionNames && line.named ? nameIn(names, line.speaker) : ""}
            />
          ))}
        </div>
      </div>
      {!following && (
        <button type="button" className="button captions-latest" onClick={follow}>
          <Icon name="down" />
          {text("captions.latest")}
        </button>
      )}
      <SampleStop />
      {reads && <Announcements choice={choice} />}
    </section>
  );
}

function Empty({ choice, onOrganise, isOrganiser }: CaptionPaneProps) {
  const { text } = useI18n();
  const interpreter = useStore(useMeeting().interpreter);
  const key =
    choice.mode === "off" ? "captions.off" : interpreter.present ? "captions.empty" : "captions.emptyInterpreter";
  return (
    <div className="captions-empty">
      <Icon name={choice.mode === "off" ? "read" : "interpreter"} />
      <p>{text(key)}</p>
      {onOrganise && !interpreter.present && (
        <button type="button" className="button button-main" onClick={onOrganise}>
          {text("org.invite")}
        </button>
      )}
      {!isOrganiser && !interpreter.present && <AskForInterpreter />}
      {choice.mode !== "off" && <SampleOffer />}
    </div>
  );
}

/** One paragraph: the wanted text large, the original below it where both are read. */
export function Paragraph({ line, name }: { line: ShownParagraph; name: string }) {
  return (
    <div
      className={`passage ${toneOf(line.speaker)}`}
      data-speaker={line.speaker}
      data-former={line.former ? "" : undefined}
    >
      {name && (
        <p className="passage-name">
          <bdi>{name}</bdi>
        </p>
      )}
      {line.rows.map((row, at) => (
        <Row key={row.kind} row={row} second={at > 0} />
      ))}
    </div>
  );
}

function Row({ row, second }: { row: ShownRow; second: boolean }) {
  const { text, within, language: locale } = useI18n();
  const { noteText, doubtText } = useReason();
  const notOffered = row.clauses.at(-1)?.instead ?? "";
  return (
    <p
      className={second ? "passage-text passage-second" : "passage-text"}
      lang={row.language || undefined}
      dir={row.language ? directionOf(row.language) : "auto"}
      data-kind={row.kind}
      data-language={row.language}
    >
      {row.clauses.map((one, at) => {
        const before = row.clauses[at - 1];
        const other = one.language !== row.language;
        return (
          <Fragment key={one.key}>
            {before && between(before.committed + before.tentative, one.committed + one.tentative, row.language)}
            <span
              className="clause"
              lang={other ? one.language : undefined}
              dir={other ? directionOf(one.language) : undefined}
            >
              <span className="committed">{one.committed}</span>
              {one.tentative && (
                <span className="tentative" title={text("captions.tentative")}>
                  {draftWords(one.tentative, one.committed.length).map(({ at, word }) => (
                    <span key={at}>{word}</span>
                  ))}
                </span>
              )}
            </span>
            {one.doubt && <Doubt reason={doubtText(one.doubt)} />}
            {one.note && <span className="passage-note">{noteText(one.note)}</span>}
          </Fragment>
        );
      })}
      {notOffered && (
        <span className="passage-note">
          {text("captions.untranslated", {
            reason: within("captions.notOffered", { language: nameWithin(baseOf(notOffered), locale) }),
          })}
        </span>
      )}
    </p>
  );
}

/** A small mark behind what may be wrong; why, for those who point at it or hear the page. */
function Doubt({ reason }: { reason: string }) {
  return (
    <span className="passage-doubt" role="img" title={reason} aria-label={reason}>
      ?
    </span>
  );
}

/** Stays at the newest line until the reader scrolls back, and again once they return to the end. */
function useFollowing(lines: readonly ShownParagraph[]) {
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && following) element.scrollTop = element.scrollHeight;
  });
  // Notices come and go around the captions and change their height; the newest line stays in sight.
  useEffect(() => {
    const element = scroller.current;
    if (!element || !following) return;
    const observer = new ResizeObserver(() => {
      element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [following]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (!element) return;
    setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < 80);
  };
  const follow = (): void => setFollowing(true);
  return { scroller, following: following || lines.length === 0, follow, onScroll };
}

/**
 * Keeps the height that the lines once had: a draft that gets shorter leaves its last line empty and moves nothing.
 *
 * Begins anew where the first line or the look of all of them changes.
 */
function useReserved(first: string, look: string) {
  const content = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = content.current;
    if (!element) return undefined;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== width) element.style.minBlockSize = "";
      width = element.clientWidth;
      element.style.minBlockSize = `${element.offsetHeight}px`;
    });
    element.style.minBlockSize = "";
    observer.observe(element);
    return () => observer.disconnect();
  }, [first, look]);
  return content;
}

/** Finished sentences for screen readers, gathered so that they are not interrupted all the time. */
function Announcements({ choice }: { choice: CaptionChoice }) {
  const { passages, directory } = useMeeting();
  const [said, setSaid] = useState("");
  const take = useEffectEvent((announcer: Announcer) => announcer.take(passages.get(), choice, directory.nameOf));

  useEffect(() => {
    const announcer = new Announcer();
    take(announcer); // what is there already is not news
    const timer = window.setInterval(() => {
      const news = take(announcer);
      if (news) setSaid(news);
    }, ANNOUNCE_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [passages, directory]);

  return (
    <p className="unseen" aria-live="polite" lang={choice.mode === "original" ? undefined : choice.language}>
      {said}
    </p>
  );
}
