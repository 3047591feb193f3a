import { useEffect, useState, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { lossBetween, type Diagnosis } from "../logic/diagnostics";
import { QualityBars } from "./PeoplePanel";

const LOOK_EVERY_MS = 2000;

interface Look {
  readonly diagnosis: Diagnosis;
  readonly loss: number | null;
}

export function DiagnosticsPanel() {
  const { text, number } = useI18n();
  const meeting = useMeeting();
  const connection = useStore(meeting.session.connection);
  const interpreter = useStore(meeting.interpreter);
  const mix = useStore(meeting.mixer.state);
  const look = useDiagnosis();
  const path = look?.diagnosis.path ?? null;
  const reception = look?.diagnosis.reception ?? null;
  const ms = (value: number | null): string =>
    value === null ? "–" : text("diag.ms", { value: number(Math.round(value)) });

  return (
    <>
      <p data-state={connection.state}>
        {text(connection.state === "connected" ? "connection.connected" : "connection.reconnecting")}
      </p>
      {!path && !reception && <p className="hint">{text("diag.none")}</p>}
      <dl className="facts">
        <Fact name={text("diag.quality")}>
          <QualityBars person={meeting.room.localParticipant} />
        </Fact>
        <Fact name={text("diag.path")} data={path?.kind}>
          {path ? `${text(path.kind === "relay" ? "diag.relay" : "diag.direct")} (${path.protocol})` : "–"}
        </Fact>
        <Fact name={text("diag.rtt")}>{ms(path?.rttMs ?? null)}</Fact>
        <Fact name={text("diag.jitter")}>{ms(reception?.jitterMs ?? null)}</Fact>
        <Fact name={text("diag.loss")}>
          {look?.loss == null ? "–" : text("diag.percent", { value: number(look.loss * 100) })}
        </Fact>
        <Fact name={text("diag.buffer")}>{ms(reception?.bufferMs ?? null)}</Fact>
        {interpreter.present && (
          <Fact name={text("diag.interpreter")}>
            <bdi>{[interpreter.identity, interpreter.profile].filter(Boolean).join(" · ")}</bdi>
          </Fact>
        )}
      </dl>
      {mix.originalGain < 1 && <p className="hint">{text("sound.ducked")}</p>}
    </>
  );
}

function Fact({ name, data, children }: { name: string; data?: string | undefined; children: ReactNode }) {
  return (
    <div data-fact={data}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function useDiagnosis(): Look | null {
  const meeting = useMeeting();
  const [look, setLook] = useState<Look | null>(null);
  useEffect(() => {
    let current = true;
    const measure = async (): Promise<void> => {
      const diagnosis = await meeting.diagnose();
      if (!current) return;
      setLook((before) => ({
        diagnosis,
        // While nobody speaks no packets come; what was measured last holds.
        loss: lossBetween(before?.diagnosis.reception ?? null, diagnosis.reception) ?? before?.loss ?? null,
      }));
    };
    const run = (): void => {
      measure().catch((error: unknown) => console.warn("the connection could not be measured", error));
    };
    run();
    const timer = window.setInterval(run, LOOK_EVERY_MS);
    return () => {
      current = false;
      window.clearInterval(timer);
    };
  }, [meeting]);
  return look;
}
