import { useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { Link, Organising } from "../logic/api";
import { withKey } from "../logic/roomKey";
import { Store } from "../logic/store";
import { MeetingContext } from "./useMeeting";
import { useStore } from "./useStore";

const NO_KEY = new Store<string | null>(null);

/** The links of a room, with the key where it is encrypted; null until they have come. `attempt` does something with them, and looks at them again. */
export function useLinks(organising: Organising) {
  const [bare, setLinks] = useState<readonly Link[] | null>(null);
  const key = useStore<string | null>(useContext(MeetingContext)?.encryption?.key ?? NO_KEY);
  const links = useMemo(() => bare?.map((link) => keyed(link, key)) ?? null, [bare, key]);
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

function keyed(link: Link, key: string | null): Link {
  const { link: entry, captions_link: captions } = link;
  return { ...link, link: entry && withKey(entry, key), captions_link: captions && withKey(captions, key) };
}
