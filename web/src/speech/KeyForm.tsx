import { useState, type FormEvent } from "react";

interface KeyWords {
  label: string;
  hint: string;
  submit: string;
}

/** Asks for the key, which stays in this tab. */
export function KeyForm({ problem, take, words }: { problem: string; take: (key: string) => void; words: KeyWords }) {
  const [key, setKey] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (key.trim()) take(key.trim());
  }

  return (
    <form className="speech-key" onSubmit={submit}>
      <div className="field">
        <label htmlFor="key">{words.label}</label>
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
          {words.hint}
        </p>
        {problem && (
          <p id="key-problem" className="field-problem" role="alert">
            {problem}
          </p>
        )}
      </div>
      <button type="submit" className="button button-main">
        {words.submit}
      </button>
    </form>
  );
}
