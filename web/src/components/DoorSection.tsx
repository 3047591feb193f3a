import type { Door } from "../hooks/useDoor";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Waiter } from "../logic/api";
import { plainName } from "../logic/names";
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
              <ul className="link-list">
                {state.waiting.map((waiter) => (
                  <WaiterItem key={waiter.id} waiter={waiter} door={door} />
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </section>
  );
}

function WaiterItem({ waiter, door }: { waiter: Waiter; door: Door }) {
  const { text } = useI18n();
  const name = plainName(waiter.name) || "?";
  return (
    <li data-waiter={waiter.id}>
      <strong>
        <bdi>{name}</bdi>
      </strong>
      <div className="actions">
        <button
          type="button"
          className="button button-main"
          aria-label={text("door.admitName", { name })}
          onClick={() => door.admit(waiter.id)}
        >
          {text("door.admit")}
        </button>
        <button
          type="button"
          className="button"
          aria-label={text("door.refuseName", { name })}
          onClick={() => door.refuse(waiter.id)}
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
