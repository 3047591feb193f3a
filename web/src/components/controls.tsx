import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { Icon, type IconName } from "./Icon";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Shown in a list, and not to be chosen. */
  readonly disabled?: boolean;
}

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
  readonly hint?: string;
  readonly icon?: IconName;
  readonly id?: string;
  readonly compact?: boolean;
  readonly disabled?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, choices, onChange, hint, icon, compact = false, disabled = false } = props;
  const made = useId();
  const id = props.id ?? made;
  return (
    <div className={compact ? "field field-compact" : "field"}>
      <label htmlFor={id}>
        {icon && <Icon name={icon} />}
        <span>{label}</span>
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} disabled={choice.disabled}>
            {choice.label}
          </option>
        ))}
      </select>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function Segmented<Value extends string>({ label, value, choices, onChange }: Omit<SelectProps<Value>, "hint">) {
  const name = useId();
  return (
    <fieldset className="segmented">
      <legend>{label}</legend>
      <div>
        {choices.map((choice) => (
          <label key={choice.value} data-chosen={choice.value === value}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
  readonly hint?: string;
  /** The id of what stands elsewhere and has to be read before it is switched. */
  readonly describedBy?: string;
}

export function Switch(props: SwitchProps) {
  const id = useId();
  return (
    <div className="switch">
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={props.checked}
        aria-describedby={props.hint ? `${id}-hint` : props.describedBy}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <label htmlFor={id}>{props.label}</label>
      {props.hint && (
        <p className="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}

const COPIED_FOR_MS = 2500;

export function CopyField({ label, value }: { label: string; value: string }) {
  const { text } = useI18n();
  const id = useId();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return undefined;
    const timer = window.setTimeout(() => setCopied(false), COPIED_FOR_MS);
    return () => window.clearTimeout(timer);
  }, [copied]);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch (error) {
      // Without permission the text is marked instead, ready for the keyboard.
      if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
      document.querySelector<HTMLInputElement>(`#${CSS.escape(id)}`)?.select();
    }
  };

  return (
    <div className="field copy-field">
      <label htmlFor={id}>{label}</label>
      <div>
        <input id={id} dir="ltr" readOnly value={value} onFocus={(event) => event.target.select()} />
        <button type="button" className="button" onClick={() => void copy()}>
          <Icon name={copied ? "check" : "copy"} />
          <span aria-live="polite">{text(copied ? "app.copied" : "app.copy")}</span>
        </button>
      </div>
    </div>
  );
}

export function CloseButton({ onClose }: { onClose: () => void }) {
  const { text } = useI18n();
  return (
    <button type="button" className="button button-quiet button-icon" aria-label={text("app.close")} onClick={onClose}>
      <Icon name="close" />
    </button>
  );
}

type NoticeKind = "info" | "good" | "warning" | "problem";

export function Notice({
  kind,
  children,
  urgent = false,
}: {
  kind: NoticeKind;
  children: ReactNode;
  urgent?: boolean;
}) {
  return (
    <div className={`notice notice-${kind}`} role={urgent ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** A question on top of the page; the browser keeps the focus in it and gives it back. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className={props.wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      // What lies below stays open.
      onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}
    >
      <header>
        <h2 id={titleId}>{props.title}</h2>
        <CloseButton onClose={props.onClose} />
      </header>
      {props.children}
    </dialog>
  );
}
