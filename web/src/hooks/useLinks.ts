import { useCallback, useEffect, useState } from "react";
import type { Link, Organising } from "../logic/api";

/** The links of a room; null until they have come. `attempt` does something with them, and looks at them again. */
export function useLinks(organising: Organising) {
  const [links, setLinks] = useState<readonly Link[] | null>(null);
  const [error, setError] = useState<unknown>(null);

  const attempt = useCallback(
    async (work: () => Promise<unknown>) => {
      try {
        await work();
        setLinks(await organising.links());
        setError(null);
      } catch (failure) {
        setError(failure);
      }
    },
    [organising],
  );
  useEffect(() => void attempt(async () => undefined), [attempt]);
  return { links, error, attempt };
}
