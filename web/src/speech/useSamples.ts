import { useCallback, useEffect, useRef, useState } from "react";
import { fetchSample, Refusal } from "./api";

/** Plays one sample at a time; asking for the one that plays stops it. */
export function useSamples(apiKey: string, refused: (refusal: Refusal) => void) {
  const [playing, setPlaying] = useState("");
  const audio = useRef<HTMLAudioElement | null>(null);
  const loading = useRef<AbortController | null>(null);
  const address = useRef("");

  const stop = useCallback(() => {
    loading.current?.abort();
    audio.current?.pause();
    URL.revokeObjectURL(address.current);
    address.current = "";
    setPlaying("");
  }, []);

  useEffect(() => stop, [stop]);

  async function toggle(voice: string): Promise<void> {
    stop();
    if (voice === playing) return;
    const mine = new AbortController();
    loading.current = mine;
    setPlaying(voice);
    try {
      const sample = await fetchSample(voice, apiKey, mine.signal);
      if (mine.signal.aborted) return;
      address.current = URL.createObjectURL(sample);
      audio.current = new Audio(address.current);
      audio.current.onended = stop;
      await audio.current.play();
    } catch (error) {
      if (mine.signal.aborted) return;
      stop();
      refused(error instanceof Refusal ? error : new Refusal("voice", { key: "error.sample" }));
    }
  }

  return { playing, toggle };
}
