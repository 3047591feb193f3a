import { useCallback, useEffect, useState, type FormEvent } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import type { Link, Organising, Role } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { CopyField, Notice, Select } from "./controls";

const ROLES: Readonly<Record<Role, TextKey>> = {
  speaker: "org.roleSpeaker",
  listener: "org.roleListener",
  reader: "org.roleReader",
  organiser: "org.roleOrganiser",
};
const DAY_S = 86_400;

export function LinksSection({ organising }: { organising: Organising }) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const [links, setLinks] = useState<readonly Link[]>([]);
  const [fresh, setFresh] = useState<Link | null>(null);
  const [error, setError] = useState<unknown>(null);

  const attempt = useCallback(
    async (work: () => Promise<void>) => {
      try {
        await work();
        setLinks(await organising.links());
        setError(null);
      } catch (failure) {
        setError(failure);
      }
    },
    [organising],
  );
  useEffect(() => void attempt(async () => undefined), [attempt]);

  return (
    <section className="links">
      <h3>{text("org.links")}</h3>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <NewLink onCreate={(wish) => void attempt(async () => setFresh(await organising.invite(wish)))} />
      {fresh && (
        <Notice kind="good">
          <CopyField label={text("org.newLink")} value={fresh.captions_link ?? fresh.link ?? ""} />
          <p className="hint">{text("org.onlyOnce")}</p>
        </Notice>
      )}
      <ul className="link-list">
        {links.map((link) => (
          <LinkItem
            key={link.id}
            link={link}
            onRevoke={(remove) => void attempt(async () => void (await organising.revoke(link.id, remove)))}
          />
        ))}
      </ul>
    </section>
  );
}

function NewLink({ onCreate }: { onCreate: (wish: Parameters<Organising["invite"]>[0]) => void }) {
  const { text } = useI18n();
  const [role, setRole] = useState<Role>("listener");
  const [days, setDays] = useState("7");
  const [uses, setUses] = useState("");

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onCreate({ role, expires_in_s: Number(days) * DAY_S, uses: uses === "" ? null : Number(uses) });
  };
  return (
    <form className="new-link" onSubmit={submit}>
      <Select
        label={text("org.linkFor")}
        value={role}
        choices={(Object.keys(ROLES) as Role[]).map((value) => ({ value, label: text(ROLES[value]) }))}
        onChange={setRole}
      />
      <div className="field">
        <label htmlFor="link-days">{text("org.days")}</label>
        <input
          id="link-days"
          type="number"
          min={1}
          max={90}
          required
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="link-uses">{text("org.uses")}</label>
        <input
          id="link-uses"
          type="number"
          min={1}
          max={10_000}
          placeholder={text("org.unlimited")}
          value={uses}
          onChange={(event) => setUses(event.target.value)}
        />
      </div>
      <button type="submit" className="button">
        {text("org.createLink")}
      </button>
    </form>
  );
}

function LinkItem({ link, onRevoke }: { link: Link; onRevoke: (remove: boolean) => void }) {
  const { text, count, language } = useI18n();
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const used =
    link.uses === null ? count("org.usedTimes", link.used) : text("org.used", { used: link.used, uses: link.uses });
  const state =
    link.state === "valid"
      ? text("org.valid", { date: date.format(new Date(link.expires_at)) })
      : text(`org.${link.state}`);
  return (
    <li data-link-state={link.state}>
      <div>
        <strong>{text(ROLES[link.role])}</strong> {link.own && <span className="you">{text("org.own")}</span>}
        <span className="person-facts">{`${state} · ${used}`}</span>
      </div>
      {link.state === "valid" && !link.own && (
        <div className="actions">
          <button type="button" className="button" onClick={() => onRevoke(false)}>
            {text("org.revoke")}
          </button>
          {link.used > 0 && (
            <button type="button" className="button button-danger" onClick={() => onRevoke(true)}>
              {text("org.revokeRemove")}
            </button>
          )}
        </div>
      )}
    </li>
  );
}
