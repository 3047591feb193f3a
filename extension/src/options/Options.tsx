import { Told } from "../components/fields";
import { LanguageFields } from "../components/LanguageFields";
import { PairingForm } from "../components/PairingForm";
import { SpeakFields } from "../components/SpeakFields";
import { useKept } from "../components/useKept";
import { words } from "../i18n/words";
import { CaptionSection } from "./CaptionSection";
import { DeviceSection } from "./DeviceSection";
import { MicrophoneSection } from "./MicrophoneSection";
import { SiteSection } from "./SiteSection";
import { VoiceSection } from "./VoiceSection";

export function Options() {
  const { text } = words;
  const [kept, change] = useKept();
  if (!kept) return null;
  const { settings, device } = kept;
  return (
    <main className="options">
      <h1>HIVE</h1>
      <Told>{text("page.saved")}</Told>
      <section>
        <h2>{text("pair.title")}</h2>
        {device ? <DeviceSection device={device} /> : <PairingForm />}
      </section>
      <section className="choices">
        <LanguageFields settings={settings} offered={null} change={change} />
      </section>
      <CaptionSection settings={settings} change={change} />
      <MicrophoneSection settings={settings} change={change} />
      <section>
        <h2>{text("speak.label")}</h2>
        <SpeakFields settings={settings} change={change} />
        <SiteSection />
      </section>
      <VoiceSection settings={settings} change={change} />
    </main>
  );
}
