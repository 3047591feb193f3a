import { useId, useState, type FormEvent } from "react";
import { ApiError } from "@hive/logic/jsonService";
import { keepDevice } from "../chrome/shelf";
import { words, type Key } from "../i18n/words";
import { readAddress, readCode } from "../logic/address";
import { Pairing } from "../logic/pairing";
import { Told, Trouble } from "./fields";

/** Connects this browser with an installation; what is kept changes once that has happened. */
export function PairingForm() {
  const { text } = words;
  const [address, setAddress] = useState("");
  const [code, setCode] = useState("");
  const [name, setName] = useState(() => text("pair.usualName"));
  const [connecting, setConnecting] = useState(false);
  const [problem, setProblem] = useState<Key | null>(null);

  const connect = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const read = readAddress(address);
    if ("problem" in read) return setProblem(`pair.${read.problem}`);
    setProblem(null);
    setConnecting(true);
    try {
      await keepDevice(await new Pairing(read.base).redeem(readCode(code), name.trim() || text("pair.usualName")));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setConnecting(false);
    }
  };

  return (
    <form className="pairing" onSubmit={(event) => void connect(event)}>
      <Told>{text("pair.intro")}</Told>
      <Field label={text("pair.address")} value={address} onChange={setAddress} inputMode="url" />
      <Field label={text("pair.code")} value={code} onChange={setCode} />
      <Field label={text("pair.name")} value={name} onChange={setName} />
      {problem && <Trouble>{text(problem)}</Trouble>}
      <button type="submit" className="button button-main" disabled={connecting}>
        {text(connecting ? "pair.connecting" : "pair.connect")}
      </button>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly inputMode?: "url";
}

function Field({ label, value, onChange, inputMode }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        dir={inputMode === "url" ? "ltr" : "auto"}
        inputMode={inputMode}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function problemOf(error: unknown): Key {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "offline") return "problem.offline";
  if (error.code === "too_many_devices") return "pair.full";
  return error.retryAfterS !== null ? "pair.crowded" : "pair.unknown";
}
