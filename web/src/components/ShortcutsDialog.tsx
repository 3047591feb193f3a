import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import type { TextKey } from "../logic/i18n";
import { SHORTCUTS, type Action } from "../logic/keyboard";
import { Dialog, Switch } from "./controls";

const ACTION_TEXTS: Readonly<Record<Action, TextKey>> = {
  microphone: "keys.microphone",
  push: "keys.push",
  language: "keys.language",
  captions: "keys.captions",
  calm: "keys.calm",
  larger: "keys.larger",
  smaller: "keys.smaller",
  "more-original": "keys.moreOriginal",
  "more-translation": "keys.moreTranslation",
  people: "keys.people",
  transcript: "keys.transcript",
  diagnostics: "keys.diagnostics",
  help: "keys.help",
};

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { text } = useI18n();
  const [{ shortcuts }, change] = usePreferences();
  return (
    <Dialog title={text("keys.title")} onClose={onClose}>
      <Switch label={text("keys.use")} checked={shortcuts} onChange={(on) => change({ shortcuts: on })} />
      <dl className="keys">
        {SHORTCUTS.map(({ key, action }) => (
          <div key={action}>
            <dt>
              <kbd>{key.toUpperCase()}</kbd>
            </dt>
            <dd>{text(ACTION_TEXTS[action])}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
