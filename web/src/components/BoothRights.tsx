import { useParticipants } from "@livekit/components-react";
import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import type { InterpreterWish } from "../logic/api";
import { withRight } from "../logic/booths";
import { nameOf } from "../logic/languages";
import { nameIn } from "../logic/names";
import { isPerson } from "../room/directory";
import { Select } from "./controls";

interface BoothRightsProps {
  /** Languages that may be asked for in the meeting. */
  readonly languages: readonly string[];
  readonly given: InterpreterWish["interprets"];
  readonly onChange: (given: InterpreterWish["interprets"]) => void;
}

/** Who may interpret in the machine's place, and into what; closed until somebody wants to know. */
export function BoothRights(props: BoothRightsProps) {
  const { text } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <details className="booth-rights" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{text("org.people")}</summary>
      <p className="hint">{text("org.peopleHint")}</p>
      {open && <People {...props} />}
    </details>
  );
}

function People({ languages, given, onChange }: BoothRightsProps) {
  const { text, language: locale } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const people = useParticipants().filter((person) => isPerson(person) && person.permissions?.canPublish === true);
  const chosen = (identity: string): string => given[identity]?.[0] ?? "";
  return people.map(({ identity }) => (
    <Select
      key={identity}
      label={nameIn(names, identity)}
      value={chosen(identity)}
      choices={[
        { value: "", label: text("org.peopleNone") },
        ...[...new Set([...languages, chosen(identity)])]
          .filter(Boolean)
          .map((code) => ({ value: code, label: nameOf(code, locale) })),
      ]}
      onChange={(language) => onChange(withRight(given, identity, language))}
    />
  ));
}
