import { useEffect, useState } from "react";
import { download } from "../components/download";
import type { Spoken } from "./history";
import { useWords } from "./useWords";
import { Waveform } from "./Waveform";

/** The address of a file in memory, as long as it is shown. */
function useAddress(sound: Blob): string {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(sound);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [sound]);
  return address;
}

export function fileName(spoken: Spoken): string {
  const words = spoken.text
    .slice(0, 30)
    .trim()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return `${words || "speech"}.${spoken.format}`;
}

/** Sound that was made: to see, to hear, to keep. */
export function Result({ spoken }: { spoken: Spoken }) {
  const { text } = useWords();
  const address = useAddress(spoken.sound);
  return (
    <section className="speech-result" aria-labelledby="result-title">
      <h2 id="result-title">{text("result.title")}</h2>
      <Waveform sound={spoken.sound} />
      {address && <audio controls src={address} aria-label={text("result.sound")} />}
      <button type="button" className="button" onClick={() => download(spoken.sound, fileName(spoken))}>
        {text("result.download", { format: spoken.format.toUpperCase() })}
      </button>
    </section>
  );
}
