import { useCallback, useEffect, useState } from "react";
import {
  fetchComments,
  fetchMetrics,
  fetchNodes,
  fetchQueue,
  fetchTrials,
  Refused,
  type Comment,
  type Metrics,
  type Node,
  type QueueView,
  type Trials,
} from "./api";

const AGAIN_MS = 30_000;

export interface Look {
  readonly metrics: Metrics;
  readonly queue: QueueView;
  readonly nodes: readonly Node[];
  readonly comments: readonly Comment[];
  readonly trials: Trials;
  /** Unix time, ms. */
  readonly at: number;
}

export function asRefused(error: unknown): Refused {
  return error instanceof Refused ? error : new Refused(false, { key: "page.failed" });
}

/** Everything that the page shows, now and again every half minute while it is seen. Without a key nothing is asked. */
export function useLooks(
  key: string,
  hours: number,
  refuse: (refused: Refused) => void,
): { look: Look | null; again: () => void } {
  const [look, setLook] = useState<Look | null>(null);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((before) => before + 1), []);

  useEffect(() => {
    if (!key) return;
    const mine = new AbortController();
    Promise.all([
      fetchMetrics(key, hours, mine.signal),
      fetchQueue(key, mine.signal),
      fetchNodes(key, mine.signal),
      fetchComments(key, mine.signal),
      fetchTrials(key, mine.signal),
    ])
      .then(([metrics, queue, nodes, comments, trials]) => {
        if (!mine.signal.aborted) setLook({ metrics, queue, nodes, comments, trials, at: Date.now() });
      })
      .catch((error: unknown) => mine.signal.aborted || refuse(asRefused(error)));
    const timer = setInterval(() => document.hidden || again(), AGAIN_MS);
    return () => {
      mine.abort();
      clearInterval(timer);
    };
  }, [key, hours, turn, refuse, again]);

  return { look: key ? look : null, again };
}
