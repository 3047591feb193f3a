import { useEffect, useState } from "react";
import type { Organising } from "../logic/api";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

/** For each organiser's identity whether they came by a link for organisers; null while that is not known. */
export type Organisers = ReadonlyMap<string, boolean>;

/** Who organises, as the service says it: only organisers are told. */
export function useOrganisers(organising: Organising | null): Organisers | null {
  const changes = useStore(useMeeting().host.changes);
  const [organisers, setOrganisers] = useState<Organisers | null>(null);
  useEffect(() => {
    if (!organising) return undefined;
    let current = true;
    organising.organisers().then(
      (all) => current && setOrganisers(new Map(all.map(({ identity, by_link: byLink }) => [identity, byLink]))),
      (error: unknown) => console.warn("it is not known who organises", error),
    );
    return () => {
      current = false;
    };
  }, [organising, changes]);
  return organising && organisers;
}
