import { useEffect } from "react";
import { useFeedback } from "../hooks/useFeedback";
import { useI18n } from "../hooks/useI18n";
import { useStore } from "../hooks/useStore";

const SHOWN_FOR_MS = 4000;
const UNDO_FOR_MS = 10_000;

/** What has just been done, over the other lines of the strip: it moves nothing, and goes by itself. */
export function FeedbackLine() {
  const { text } = useI18n();
  const store = useFeedback();
  const told = useStore(store);
  useEffect(() => {
    if (!told) return undefined;
    const timer = window.setTimeout(
      () => store.update((now) => (now === told ? null : now)),
      told.undo ? UNDO_FOR_MS : SHOWN_FOR_MS,
    );
    return () => window.clearTimeout(timer);
  }, [told, store]);

  return (
    <div className="strip-told" data-told={told !== null}>
      <span role="status">{told?.words}</span>
      {told?.undo && (
        <button
          type="button"
          className="button"
          onClick={() => {
            told.undo?.();
            store.set(null);
          }}
        >
          {text("app.undo")}
        </button>
      )}
    </div>
  );
}
