import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { Icon } from "./Icon";

const MOST_SHOWN = 99;

/** Opens the chat, and says how many messages wait there. */
export function ChatButton({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const { text, labelled, count, number } = useI18n();
  const unread = useStore(useMeeting().chat.unread);
  const title = text("chat.title");
  return (
    <button
      type="button"
      className="tool tool-chat"
      data-panel="chat"
      data-leads=""
      data-unread={unread}
      aria-pressed={open}
      aria-label={unread ? labelled(title, count("chat.unread", unread)) : title}
      title={title}
      onClick={onToggle}
    >
      <Icon name="read" />
      <span>{title}</span>
      {unread > 0 && (
        <span className="tool-count" aria-hidden="true">
          {unread > MOST_SHOWN ? `${number(MOST_SHOWN)}+` : number(unread)}
        </span>
      )}
    </button>
  );
}
