import { useEffect, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { forgetTranscript, forgetTranscripts, keptTranscripts, type KeptTranscript } from "../room/transcriptShelf";
import { ConfirmDialog } from "./ConfirmDialog";
import { Icon } from "./Icon";

/** The transcripts that this device keeps; nothing where there are none. */
export function KeptTranscripts({ onRead }: { onRead: (transcript: KeptTranscript) => void }) {
  const { text, labelled, language } = useI18n();
  const [transcripts, setTranscripts] = useState<readonly KeptTranscript[]>([]);
  const [forgetting, setForgetting] = useState<KeptTranscript | "all" | null>(null);
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

  useEffect(() => {
    let current = true;
    keptTranscripts().then(
      (kept) => current && setTranscripts(kept),
      (error: unknown) => console.info("this browser keeps no transcripts", error),
    );
    return () => {
      current = false;
    };
  }, []);

  const forget = async (): Promise<void> => {
    if (forgetting === "all") await forgetTranscripts();
    else if (forgetting) await forgetTranscript(forgetting.id);
    setTranscripts(await keptTranscripts());
  };
  return (
    <>
      {transcripts.length > 0 && (
        <section className="card your-meetings" aria-labelledby="kept-transcripts">
          <h2 id="kept-transcripts">{text("kept.title")}</h2>
          <ul className="link-list">
            {transcripts.map((one) => (
              <li key={one.id} data-transcript={one.id}>
                <strong>
                  <bdi>{one.title}</bdi>
                </strong>
                <span className="hint">{day.format(one.keptMs)}</span>
                <div className="actions">
                  <button
                    type="button"
                    className="button"
                    aria-label={labelled(text("kept.read"), one.title)}
                    onClick={() => onRead(one)}
                  >
                    {text("kept.read")}
                  </button>
                  <button
                    type="button"
                    className="button button-quiet button-icon"
                    aria-label={text("kept.forget", { title: one.title })}
                    title={text("kept.forget", { title: one.title })}
                    onClick={() => setForgetting(one)}
                  >
                    <Icon name="trash" />
                  </button>
                </div>
              </li>
            ))}
          </ul>
          <p className="actions">
            <button type="button" className="button button-quiet" onClick={() => setForgetting("all")}>
              {text("kept.forgetAll")}
            </button>
          </p>
        </section>
      )}
      {forgetting && (
        <ConfirmDialog
          title={forgetting === "all" ? text("kept.forgetAll") : text("kept.forget", { title: forgetting.title })}
          action={text("kept.delete")}
          onConfirm={forget}
          onClose={() => setForgetting(null)}
        >
          <p>{text("kept.ask")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
