import { useEffect, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { heardInLikeness } from "../logic/likeness";
import { nameIn } from "../logic/names";

/** In the status strip: whose voice is computed so that it resembles their own. */
export function LikenessLine() {
  const now = useLikenessLine();
  // Only what changes is read out, so what holds already when somebody comes is put there a moment later.
  const [shown, setShown] = useState("");
  useEffect(() => setShown(now), [now]);
  return (
    <div className="troubles" role="status" data-likenesses={now !== ""}>
      {shown && <p data-kind="good">{shown}</p>}
    </div>
  );
}

function useLikenessLine(): string {
  const { text, count } = useI18n();
  const { interpreter, directory, room } = useMeeting();
  const heard = heardInLikeness(useStore(interpreter));
  const names = useStore(directory.names);
  const [first] = heard;
  if (first === undefined) return "";
  if (heard.length > 1) return count("likeness.many", heard.length);
  return first === room.localParticipant.identity
    ? text("likeness.you")
    : text("likeness.of", { name: nameIn(names, first) });
}

/** The mark on the picture of somebody whose voice is computed. */
export function LikenessMark({ identity }: { identity: string }) {
  const { text } = useI18n();
  if (!useIsLikened(identity)) return null;
  const label = text("likeness.mark");
  return (
    <span className="likeness-mark" role="img" aria-label={label} title={label}>
      ≈
    </span>
  );
}

/** The same in words, for the list of people. */
export function LikenessFact({ identity }: { identity: string }) {
  const { text } = useI18n();
  return useIsLikened(identity) && <span className="person-facts person-likened">≈ {text("likeness.mark")}</span>;
}

function useIsLikened(identity: string): boolean {
  return heardInLikeness(useStore(useMeeting().interpreter)).includes(identity);
}
