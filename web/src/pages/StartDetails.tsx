import { useState } from "react";
import { Icon, type IconName } from "../components/Icon";
import { useI18n } from "../hooks/useI18n";
import type { Config } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { nameWithin, sortedByName } from "../logic/languages";
import { webAddress } from "../logic/webAddress";
import heardUrl from "../sounds/heard-en.flac";
import saidUrl from "../sounds/said-es.flac";

/** Below the form of the start page: what this is, how it sounds, and what people ask before they trust it. */
export function StartDetails({ config }: { config: Config | null }) {
  return (
    <div className="about">
      <Steps />
      <Hear />
      <Questions config={config} />
      <Footer config={config} />
    </div>
  );
}

const STEPS = [
  { icon: "mic", title: "about.step1", words: "about.step1Text" },
  { icon: "interpreter", title: "about.step2", words: "about.step2Text" },
  { icon: "ear", title: "about.step3", words: "about.step3Text" },
] as const satisfies readonly { icon: IconName; title: TextKey; words: TextKey }[];

function Steps() {
  const { text } = useI18n();
  return (
    <section aria-labelledby="about-how">
      <h2 id="about-how">{text("about.how")}</h2>
      <ol className="about-steps">
        {STEPS.map(({ icon, title, words }) => (
          <li key={title}>
            <Icon name={icon} />
            <h3>{text(title)}</h3>
            <p>{text(words)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What was said and what a listener heard and read, as HIVE's own demo meeting left it. */
const SAMPLES = [
  {
    url: saidUrl,
    language: "es",
    label: "about.said",
    words:
      "Buenos días a todos y gracias por venir. El año pasado abrimos cuatro estaciones nuevas en el norte del país.",
  },
  {
    url: heardUrl,
    language: "en",
    label: "about.heard",
    words:
      "Good morning to all and thanks for coming. The last year we opened four new stations in the north of the country.",
  },
] as const satisfies readonly { url: string; language: string; label: TextKey; words: string }[];

function Hear() {
  const { text, language: locale } = useI18n();
  const [failed, setFailed] = useState(false);
  return (
    <section aria-labelledby="about-hear">
      <h2 id="about-hear">{text("sample.offer")}</h2>
      <div className="about-samples">
        {SAMPLES.map(({ url, language, label, words }) => (
          <figure key={url}>
            <figcaption>{text(label, { language: nameWithin(language, locale) })}</figcaption>
            {/* Nothing is fetched before somebody wants to hear it. The words stand below. */}
            <audio
              controls
              preload="none"
              src={url}
              aria-label={text(label, { language: nameWithin(language, locale) })}
              onError={() => setFailed(true)}
              onPlay={({ currentTarget }) => pauseOthers(currentTarget)}
            />
            <blockquote lang={language} dir="ltr">
              {words}
            </blockquote>
          </figure>
        ))}
      </div>
      <p className="hint" role={failed ? "alert" : undefined}>
        {text(failed ? "about.failed" : "about.hearText")}
      </p>
    </section>
  );
}

function pauseOthers(playing: HTMLMediaElement): void {
  for (const other of document.querySelectorAll<HTMLMediaElement>(".about-samples audio"))
    if (other !== playing) other.pause();
}

const QUESTIONS = ["need", "languages", "right", "speak", "enter", "words"] as const;
/** Of more languages only the number is said. */
const MOST_NAMED = 12;

function Questions({ config }: { config: Config | null }) {
  const { text } = useI18n();
  const languages = useLanguagesText(config);
  return (
    <section aria-labelledby="about-questions">
      <h2 id="about-questions">{text("about.questions")}</h2>
      {QUESTIONS.map((name) => (
        <details key={name}>
          <summary>{text(`about.${name}`)}</summary>
          <p>{name === "languages" ? languages : text(`about.${name}Text`)}</p>
        </details>
      ))}
    </section>
  );
}

/** What the workers of this installation have told. */
function useLanguagesText(config: Config | null): string {
  const { text, count, language: locale } = useI18n();
  const { recognised, heard } = config?.offer ?? { recognised: null, heard: null };
  if (!recognised || !heard) return text("about.languagesUnknown");
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const named = (codes: readonly string[]): string =>
    codes.length > MOST_NAMED
      ? count("about.languageCount", codes.length)
      : list.format(sortedByName(codes, locale).map((code) => nameWithin(code, locale)));
  return text("about.languagesText", { spoken: named(recognised), heard: named(heard) });
}

function Footer({ config }: { config: Config | null }) {
  const { text } = useI18n();
  const privacy = webAddress(config?.privacy_url);
  return (
    <footer className="about-foot">
      <p>
        {text("about.free")}
        {config && <> · {text("about.version", { version: config.version })}</>}
      </p>
      {privacy && (
        <a href={privacy} target="_blank" rel="noopener noreferrer">
          {text("before.handled")}
        </a>
      )}
    </footer>
  );
}
