import { useI18n } from "../hooks/useI18n";
import { useWishes } from "../hooks/useWishes";
import { Icon } from "./Icon";

/** Held down like the key of a radio, by pointer or by keyboard. */
export function PushButton() {
  const { text } = useI18n();
  const { wishes, press } = useWishes();
  const down = wishes.push === "pressed";
  const isPressKey = (key: string): boolean => key === " " || key === "Enter";
  const words = text(down ? "sound.pushing" : "sound.pushHold");
  return (
    <button
      type="button"
      className="tool tool-push"
      aria-pressed={down}
      title={words}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        press(true);
      }}
      onPointerUp={() => press(false)}
      onPointerCancel={() => press(false)}
      onKeyDown={(event) => isPressKey(event.key) && !event.repeat && press(true)}
      onKeyUp={(event) => isPressKey(event.key) && press(false)}
      onBlur={() => press(false)}
      onContextMenu={(event) => event.preventDefault()}
    >
      <Icon name="interpreter" />
      <span>{words}</span>
    </button>
  );
}
