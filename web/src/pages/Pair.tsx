import { useEffect, useState, type FormEvent } from "react";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { CopyField, Notice } from "../components/controls";
import { Page } from "../components/Page";
import { useConfig } from "../hooks/useConfig";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { usePairing, type Pairing, type ShownCode } from "../hooks/usePairing";
import type { Api, PairedDevice } from "../logic/api";
import "../styles/pairing.css";

/** Where a browser's extension is paired with this installation, by a code. */
export function Pair({ api }: { api: Api }) {
  const { text } = useI18n();
  const config = useConfig(api);
  const pairing = usePairing(api);
  return (
    <Page narrow title={text("pair.title")}>
      <div className="card pairing">
        <h1>{text("pair.title")}</h1>
        <p>{text("pair.lead")}</p>
        {pairing.paired && <Notice kind="good">{text("pair.done", { name: pairing.paired.name })}</Notice>}
        {/* Another code is another countdown. */}
        {pairing.code && <Code key={pairing.code.code} shown={pairing.code} />}
        <Making pairing={pairing} open={config?.open_rooms ?? true} />
        {pairing.devices && <Devices devices={pairing.devices} onWithdraw={pairing.withdraw} />}
      </div>
    </Page>
  );
}

function Code({ shown }: { shown: ShownCode }) {
  const { text } = useI18n();
  const leftS = useSecondsLeft(shown.endsMs);
  if (leftS <= 0) return <Notice kind="warning">{text("pair.over")}</Notice>;
  const time = `${Math.floor(leftS / 60)}:${String(leftS % 60).padStart(2, "0")}`;
  return (
    <div className="pairing-code">
      <CopyField label={text("pair.code")} value={shown.code} />
      <p className="hint" role="timer" aria-live="off">
        {text("pair.until", { time })}
      </p>
      <CopyField label={text("pair.address")} value={window.location.origin} />
    </div>
  );
}

function useSecondsLeft(endsMs: number): number {
  const [leftS, setLeftS] = useState(() => secondsTo(endsMs));
  useEffect(() => {
    const timer = window.setInterval(() => setLeftS(secondsTo(endsMs)), 500);
    return () => window.clearInterval(timer);
  }, [endsMs]);
  return leftS;
}

function secondsTo(endsMs: number): number {
  return Math.max(0, Math.ceil((endsMs - performance.now()) / 1000));
}

/** The button, and where the operator makes codes the key for it. */
function Making({ pairing, open }: { pairing: Pairing; open: boolean }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const [key, setKey] = useState("");
  const make = (event: FormEvent): void => {
    event.preventDefault();
    void pairing.make(open ? "" : key);
  };
  return (
    <form onSubmit={make}>
      {!open && (
        <div className="field">
          <label htmlFor="key">{text("start.key")}</label>
          <input
            id="key"
            type="password"
            value={key}
            required
            autoComplete="current-password"
            onChange={(event) => setKey(event.target.value)}
          />
        </div>
      )}
      {pairing.error !== null && (
        <Notice kind="problem" urgent>
          {errorText(pairing.error)}
        </Notice>
      )}
      <p className="actions">
        <button type="submit" className="button button-main" disabled={pairing.busy}>
          {text(pairing.code || pairing.paired ? "pair.again" : "pair.make")}
        </button>
        {!open && !pairing.devices && (
          <button
            type="button"
            className="button"
            disabled={pairing.busy || !key}
            onClick={() => void pairing.show(key)}
          >
            {text("pair.devices")}
          </button>
        )}
      </p>
    </form>
  );
}

interface DevicesProps {
  readonly devices: readonly PairedDevice[];
  readonly onWithdraw: (id: string) => Promise<void>;
}

function Devices({ devices, onWithdraw }: DevicesProps) {
  const { text, labelled, language } = useI18n();
  const [asking, setAsking] = useState<PairedDevice | null>(null);
  const used = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <section aria-labelledby="paired-devices">
      <h2 id="paired-devices">{text("pair.devices")}</h2>
      {devices.length ? (
        <ul className="link-list">
          {devices.map((device) => (
            <li key={device.device_id} data-device={device.device_id}>
              <div>
                <strong>
                  <bdi>{device.name}</bdi>
                </strong>
                <p className="hint">{text("pair.used", { date: used.format(new Date(device.used_at)) })}</p>
              </div>
              <button
                type="button"
                className="button"
                aria-label={labelled(text("pair.withdraw"), device.name)}
                onClick={() => setAsking(device)}
              >
                {text("pair.withdraw")}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="hint">{text("pair.none")}</p>
      )}
      {asking && (
        <ConfirmDialog
          title={text("pair.withdrawTitle", { name: asking.name })}
          action={text("pair.withdraw")}
          onConfirm={() => onWithdraw(asking.device_id)}
          onClose={() => setAsking(null)}
        >
          <p>{text("pair.withdrawText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
