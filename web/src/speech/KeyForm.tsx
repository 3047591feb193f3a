import { useState, type FormEvent } from "react";

/** Asks for the key, which stays in this tab. */
export function KeyForm({
  problem,
  take,
  label = "Key of the API",
}: {
  problem: string;
  take: (key: string) => void;
  label?: string;
}) {
  const [key, setKey] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (key.trim()) take(key.trim());
  }

  return (
    <form className="speech-key" onSubmit={submit}>
      <div className="field">
        <label htmlFor="key">{label}</label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-invalid={problem !== ""}
          aria-describedby={problem ? "key-hint key-problem" : "key-hint"}
        />
        <p id="key-hint" className="hint">
          It is kept until this tab is closed, and sent to this service alone.
        </p>
        {problem && (
          <p id="key-problem" className="field-problem" role="alert">
            {problem}
          </p>
        )}
      </div>
      <button type="submit" className="button button-main">
        Continue
      </button>
    </form>
  );
}
