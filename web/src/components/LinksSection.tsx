import { useState, type FormEvent } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useLinks } from "../hooks/useLinks";
import type { Link, Organising, Role } from "../logic/api";
import type { TextKey } from "../logic/i18n";
import { plainName } from "../logic/names";
import { ConfirmDialog } from "./ConfirmDialog";
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
  const { links, error, attempt } = useLinks(organising);

  return (
    <section className="links">
      <h3>{text("org.links")}</h3>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <NewLink onCreate={(wish) => attempt(() => organising.invite(wish))} />
      <ul className="link-list">
        {links?.toReversed().map((link) => (
          <LinkItem
            key={link.id}
            link={link}
            onRevoke={async (remove) => {
              await organising.revoke(link.id, remove);
              await attempt(async () => undefined);
            }}
          />
        ))}
      </ul>
    </section>
  );
}

function NewLink({ onCreate }: { onCreate: (wish: Parameters<Organising["invite"]>[0]) => Promise<void> }) {
  const { text } = useI18n();
  const [role, setRole] = useState<Role>("listener");
  const [days, setDays] = useState("7");
  const [uses, setUses] = useState("");
  const [name, setName] = useState("");

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void onCreate({
      role,
      name: plainName(name),
      expires_in_s: Number(days) * DAY_S,
      uses: uses === "" ? null : Number(uses),
    });
    setName("");
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
        <label htmlFor="link-name">{text("org.linkName")}</label>
        <input
          id="link-name"
          value={name}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </div>
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

function LinkItem({ link, onRevoke }: { link: Link; onRevoke: (remove: boolean) => Promise<void> }) {
  const { text, count, language } = useI18n();
  const [asking, setAsking] = useState<"withdraw" | "remove" | null>(null);
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const used =
    link.uses === null ? count("org.usedTimes", link.used) : text("org.used", { used: link.used, uses: link.uses });
  const state =
    link.state === "valid"
      ? text("org.valid", { date: date.format(new Date(link.expires_at)) })
      : text(`org.${link.state}`);
  const name = plainName(link.name) || text(ROLES[link.role]);
  const address = link.captions_link ?? link.link;
  const facts = [link.name ? text(ROLES[link.role]) : "", state, used].filter(Boolean);
  return (
    <li data-link-state={link.state}>
      <div>
        <strong>
          <bdi>{name}</bdi>
        </strong>{" "}
        {link.own && <span className="you">{text("org.own")}</span>}
        <span className="person-facts">{facts.join(" · ")}</span>
      </div>
      {address && <CopyField label={text("org.linkOf", { name })} value={address} />}
      {link.state === "valid" && !link.own && (
        <div className="actions">
          <button type="button" className="button" onClick={() => setAsking("withdraw")}>
            {text("org.revoke")}
          </button>
          {link.used > 0 && (
            <button type="button" className="button button-danger" onClick={() => setAsking("remove")}>
              {text("org.revokeRemove")}
            </button>
          )}
        </div>
      )}
      {asking && (
        <ConfirmDialog
          title={text("org.revokeTitle", { name })}
          action={text(asking === "remove" ? "org.revokeRemove" : "org.revoke")}
          onConfirm={() => onRevoke(asking === "remove")}
          onClose={() => setAsking(null)}
        >
          <p>{text(asking === "remove" ? "org.revokeRemoveText" : "org.revokeText")}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}
