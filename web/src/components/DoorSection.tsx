import { useState } from "react";
import type { Door } from "../hooks/useDoor";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Waiter } from "../logic/api";
import { plainName } from "../logic/names";
import { steadied, type Row } from "../logic/steadyList";
import { Notice, Switch } from "./controls";

/** Who gets in: a lock, a lobby, and those who wait there. */
export function DoorSection({ door }: { door: Door }) {
  const { text, count } = useI18n();
  const errorText = useErrorText();
  const { state, error } = door;
  return (
    <section className="door">
      <h3>{text("door.title")}</h3>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      {state && (
        <>
          <Switch
            label={text("door.lock")}
            hint={text("door.lockHint")}
            checked={state.locked}
            onChange={(locked) => door.set({ locked, lobby: state.lobby })}
          />
          <Switch
            label={text("door.lobby")}
            hint={text("door.lobbyHint")}
            checked={state.lobby}
            onChange={(lobby) => door.set({ locked: state.locked, lobby })}
          />
          {state.waiting.length > 0 && (
            <>
              <h4>{count("door.waiting", state.waiting.length)}</h4>
              <Waiters waiting={state.waiting} door={door} />
            </>
          )}
        </>
      )}
    </section>
  );
}

/** Those who wait. They are answered one quickly after the other, so nobody moves while somebody is pressed. */
function Waiters({ waiting, door }: { waiting: readonly Waiter[]; door: Door }) {
  const [seen, setSeen] = useState(waiting);
  const [rows, setRows] = useState(() => steadied([], waiting));
  if (seen !== waiting) {
    setSeen(waiting);
    setRows(steadied(rows, waiting));
  }
  return (
    <ul className="link-list">
      {rows.map((row) => (
        <WaiterItem key={row.item.id} row={row} door={door} />
      ))}
    </ul>
  );
}

function WaiterItem({ row, door }: { row: Row<Waiter>; door: Door }) {
  const { text } = useI18n();
  const { item: waiter, gone } = row;
  const name = plainName(waiter.name) || "?";
  return (
    <li data-waiter={gone ? undefined : waiter.id} data-gone={gone}>
      <strong>
        <bdi>{name}</bdi>
      </strong>
      <div className="actions">
        <button
          type="button"
          className="button button-main"
          aria-label={text("door.admitName", { name })}
          aria-disabled={gone} // `disabled` would take the focus away from who has just pressed it
          onClick={() => gone || door.admit(waiter.id)}
        >
          {text("door.admit")}
        </button>
        <button
          type="button"
          className="button"
          aria-label={text("door.refuseName", { name })}
          aria-disabled={gone}
          onClick={() => gone || door.refuse(waiter.id)}
        >
          {text("door.refuse")}
        </button>
      </div>
    </li>
  );
}

/** Tells an organiser that somebody waits, where the list itself is not on the page. */
export function WaitingNotice({ door, onShow }: { door: Door; onShow: () => void }) {
  const { text, count } = useI18n();
  const waiting = door.state?.waiting.length ?? 0;
  if (!waiting) return null;
  return (
    <div className="strip-action" role="status">
      <p>{count("door.waiting", waiting)}</p>
      <button type="button" className="button" onClick={onShow}>
        {text("door.show")}
      </button>
    </div>
  );
}
