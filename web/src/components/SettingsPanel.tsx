import { useHearsTranslation } from "../hooks/useHearsTranslation";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePreferences } from "../hooks/usePreferences";
import { useNotUnderstood } from "../hooks/useReports";
import { useStore } from "../hooks/useStore";
import { useWishes } from "../hooks/useWishes";
import type { Offer } from "../logic/offer";
import { announces, CAPTION_SIZES } from "../logic/preferences";
import { Balance } from "./Balance";
import { Notice, Segmented, Switch } from "./controls";
import { Icon } from "./Icon";
import { HearField, ReadField, readingIn, ReadModeSelect, SpeakField } from "./LanguageFields";
import { NotificationSwitch } from "./NotificationSwitch";
import { InterfaceLanguageSelect } from "./Page";
import { MICROPHONE_TEXTS } from "./SoundCheck";
import { MeetingDevices, ProcessingSwitches } from "./SoundControls";

interface SettingsPanelProps {
  readonly offer: Offer;
  readonly onShortcuts: () => void;
}

export function SettingsPanel({ offer, onShortcuts }: SettingsPanelProps) {
  return (
    <>
      <LanguageSettings offer={offer} />
      <CaptionSettings />
      <SoundSettings />
      <PageSettings onShortcuts={onShortcuts} />
    </>
  );
}

function LanguageSettings({ offer }: { offer: Offer }) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const { wishes, setSpeak, setListen, setRead } = useWishes();
  const notUnderstood = useNotUnderstood();
  const { mode, language } = wishes.read;
  return (
    <section>
      <h3>{text("before.languages")}</h3>
      {meeting.maySpeak && <SpeakField offer={offer} value={wishes.speak} onChange={setSpeak} />}
      {notUnderstood && (
        <p className="hint speak-unheard" role="status">
          {notUnderstood}
        </p>
      )}
      {meeting.admission.role !== "reader" && <HearField offer={offer} value={wishes.listen} onChange={setListen} />}
      <ReadField offer={offer} value={language} onChange={(code) => setRead(readingIn(code, mode))} />
      <ReadModeSelect mode={mode} onChange={(next) => setRead({ mode: next, language })} />
    </section>
  );
}

function CaptionSettings() {
  const { text, number } = useI18n();
  const [preferences, change] = usePreferences();
  const { captionSize } = preferences;
  const reads = announces(preferences, useHearsTranslation());
  return (
    <section>
      <h3>{text("captions.look")}</h3>
      <div className="stepper" role="group" aria-label={text("captions.size")}>
        <span>{text("captions.size")}</span>
        <button
          type="button"
          className="button button-icon"
          aria-label={text("captions.smaller")}
          disabled={captionSize === 0}
          onClick={() => change({ captionSize: captionSize - 1 })}
        >
          <Icon name="minus" />
        </button>
        <output>
          <bdi dir="ltr">{`${number(captionSize + 1)} / ${number(CAPTION_SIZES.length)}`}</bdi>
        </output>
        <button
          type="button"
          className="button button-icon"
          aria-label={text("captions.larger")}
          disabled={captionSize === CAPTION_SIZES.length - 1}
          onClick={() => change({ captionSize: captionSize + 1 })}
        >
          <Icon name="plus" />
        </button>
      </div>
      <Switch label={text("captions.calm")} checked={preferences.calm} onChange={(calm) => change({ calm })} />
      <Switch
        label={text("captions.contrast")}
        checked={preferences.captionContrast}
        onChange={(captionContrast) => change({ captionContrast })}
      />
      <Switch
        label={text("stage.over")}
        checked={preferences.captionPlace === "over"}
        onChange={(over) => change({ captionPlace: over ? "over" : "beside" })}
      />
      <Switch
        label={text("captions.names")}
        checked={preferences.captionNames}
        onChange={(captionNames) => change({ captionNames })}
      />
      <Switch
        label={text("captions.announce")}
        hint={text("captions.announceHint")}
        checked={reads}
        onChange={(on) => change({ announce: on ? "on" : "off" })}
      />
    </section>
  );
}

function SoundSettings() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const { wishes, setPushToTranslate } = useWishes();
  const microphone = useStore(meeting.microphone);
  if (meeting.admission.role === "reader") return null;
  return (
    <section>
      <h3>{text("sound.title")}</h3>
      <p className="field-name">{text("sound.balance")}</p>
      <Balance />
      <p className="hint">{text("sound.balanceHint")}</p>
      {microphone.state === "failed" && <Notice kind="warning">{text(MICROPHONE_TEXTS[microphone.problem])}</Notice>}
      <MeetingDevices />
      {meeting.maySpeak && <ProcessingSwitches />}
      {meeting.maySpeak && (
        <Switch
          label={text("sound.push")}
          hint={text("sound.pushHint")}
          checked={wishes.push !== "always"}
          onChange={setPushToTranslate}
        />
      )}
    </section>
  );
}

function PageSettings({ onShortcuts }: { onShortcuts: () => void }) {
  const { text } = useI18n();
  const [preferences, change] = usePreferences();
  return (
    <section>
      <h3>{text("look.title")}</h3>
      <InterfaceLanguageSelect />
      <Segmented
        label={text("look.theme")}
        value={preferences.theme}
        choices={[
          { value: "system", label: text("look.system") },
          { value: "light", label: text("look.light") },
          { value: "dark", label: text("look.dark") },
          { value: "contrast", label: text("look.contrastTheme") },
        ]}
        onChange={(theme) => change({ theme })}
      />
      <Switch
        label={text("kept.keep")}
        hint={text("kept.keepHint")}
        checked={preferences.keepTranscripts}
        onChange={(keepTranscripts) => change({ keepTranscripts })}
      />
      <NotificationSwitch />
      <Switch
        label={text("keys.use")}
        checked={preferences.shortcuts}
        onChange={(shortcuts) => change({ shortcuts })}
      />
      <button type="button" className="button" onClick={onShortcuts}>
        {text("keys.title")}
      </button>
    </section>
  );
}
