import type { PanelName } from "../components/panels";
import { MODE_TEXTS, READ_MODES } from "../logic/captionView";
import type { Action } from "../logic/keyboard";
import { CAPTION_SIZES } from "../logic/preferences";
import { never } from "../logic/store";
import { useTell } from "./useFeedback";
import { useI18n } from "./useI18n";
import { useMeeting } from "./useMeeting";
import { usePreferences } from "./usePreferences";
import { useShortcuts } from "./useShortcuts";
import { useWishes } from "./useWishes";

const BALANCE_STEP = 0.1;

interface KeyTargets {
  readonly togglePanel: (name: PanelName) => void;
  readonly showKeys: () => void;
  readonly chooseLanguage: () => void;
}

/** Does what the keys ask for. What would otherwise be seen only in the settings is told in the status strip. */
export function useMeetingKeys({ togglePanel, showKeys, chooseLanguage }: KeyTargets): void {
  const meeting = useMeeting();
  const { text, labelled } = useI18n();
  const tell = useTell();
  const [preferences, change] = usePreferences();
  const { wishes, setRead, press } = useWishes();

  const setBalance = (step: number): void => {
    const balance = Math.min(1, Math.max(0, preferences.balance + step));
    meeting.mixer.setBalance(balance);
    change({ balance });
    tell(labelled(text("sound.balance"), text("sound.balanceValue", { percent: Math.round(balance * 100) })));
  };
  const setSize = (step: number): void => {
    const captionSize = Math.min(CAPTION_SIZES.length - 1, Math.max(0, preferences.captionSize + step));
    change({ captionSize });
    tell(text("told.size", { size: captionSize + 1, sizes: CAPTION_SIZES.length }));
  };
  const nextCaptions = (): void => {
    const mode = READ_MODES[(READ_MODES.indexOf(wishes.read.mode) + 1) % READ_MODES.length] ?? "translation";
    setRead({ ...wishes.read, mode });
    tell(text("told.captions", { kind: text(MODE_TEXTS[mode]) }));
  };
  const setCalm = (calm: boolean): void => {
    change({ calm });
    tell(text(calm ? "told.calmOn" : "told.calmOff"));
  };
  const toggleMicrophone = async (): Promise<void> => {
    if (!meeting.maySpeak) return;
    await meeting.setMicrophone(meeting.microphone.get().state !== "on");
    const { state } = meeting.microphone.get(); // a failure is told at the button
    if (state === "on" || state === "off") tell(text(state === "on" ? "told.microphoneOn" : "told.microphoneOff"));
  };
  const push = (): void => {
    press(true);
    if (meeting.maySpeak && wishes.push === "always") tell(text("told.pushOff"));
  };

  const act = (action: Action): void => {
    switch (action) {
      case "microphone":
        return void toggleMicrophone();
      case "push":
        return push();
      case "language":
        return chooseLanguage();
      case "captions":
        return nextCaptions();
      case "calm":
        return setCalm(!preferences.calm);
      case "larger":
        return setSize(1);
      case "smaller":
        return setSize(-1);
      case "more-original":
        return setBalance(-BALANCE_STEP);
      case "more-translation":
        return setBalance(BALANCE_STEP);
      case "people":
      case "transcript":
      case "diagnostics":
        return togglePanel(action);
      case "help":
        return showKeys();
      default:
        return never(action);
    }
  };
  useShortcuts(preferences.shortcuts, act, (action) => action === "push" && press(false));
}
