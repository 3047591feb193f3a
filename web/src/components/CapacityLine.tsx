import { useI18n } from "../hooks/useI18n";
import { loadsOf, type Capacity } from "../logic/capacity";
import { Notice } from "./controls";

interface CapacityLineProps {
  readonly capacity: Capacity;
  /** What the meeting goes without beyond that, in words. */
  readonly givenUp: readonly string[];
}

/** What the interpreter's machine keeps up with, and what the meeting goes without beyond that. */
export function CapacityLine({ capacity, givenUp }: CapacityLineProps) {
  const { text, count, language: locale } = useI18n();
  const loads = loadsOf(capacity).map(({ speakers, languages }) =>
    text("org.capacityLoad", {
      speakers: count("org.capacitySpeakers", speakers),
      languages: count("org.capacityLanguages", languages),
    }),
  );
  return (
    <>
      {loads.length > 0 && (
        <p className="hint" data-capacity={capacity.speakers}>
          {text("org.capacity", { loads: new Intl.ListFormat(locale, { type: "disjunction" }).format(loads) })}
        </p>
      )}
      {givenUp.map((words) => (
        <Notice key={words} kind="warning">
          {words}
        </Notice>
      ))}
    </>
  );
}
