const KEEP_EVERY_MS = 20_000;

/** Has `keep` called again and again, and when the page goes; returns what ends it, after calling it once more. */
export function keepingAgain(keep: () => void): () => void {
  const ending = new AbortController();
  const timer = window.setInterval(keep, KEEP_EVERY_MS);
  window.addEventListener("pagehide", keep, { signal: ending.signal });
  document.addEventListener("visibilitychange", keep, { signal: ending.signal });
  return () => {
    window.clearInterval(timer);
    ending.abort();
    keep();
  };
}
