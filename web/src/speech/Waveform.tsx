import { useEffect, useState } from "react";
import { useWords } from "./useWords";
import { decode, outline, peaksOf } from "./waveform";

const PARTS = 160;

/** A picture of sound; nothing where the browser cannot read the file, which can be kept all the same. */
export function Waveform({ sound }: { sound: Blob }) {
  const { text } = useWords();
  const [drawn, setDrawn] = useState<{ path: string; seconds: number } | null>(null);

  useEffect(() => {
    let current = true;
    setDrawn(null);
    void decode(sound).then((buffer) => {
      if (!current || buffer === null) return;
      setDrawn({ path: outline(peaksOf(buffer.getChannelData(0), PARTS)), seconds: buffer.duration });
    });
    return () => {
      current = false;
    };
  }, [sound]);

  if (drawn === null) return null;
  return (
    <svg
      className="waveform"
      viewBox="0 0 1000 100"
      preserveAspectRatio="none"
      role="img"
      aria-label={text("result.wave", { seconds: drawn.seconds })}
    >
      <path d={drawn.path} />
    </svg>
  );
}
