import { useState } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useLinks } from "../hooks/useLinks";
import type { Link, Organising } from "../logic/api";
import { guestLinkOf } from "../logic/links";
import { CopyField, Dialog, Notice } from "./controls";
import { Icon } from "./Icon";
import { QrCode } from "./QrCode";

interface InviteProps {
  readonly title: string;
  readonly organising: Organising;
}

/** Always there for organisers: the link for guests, in one click. */
export function InviteButton({ title, organising }: InviteProps) {
  const { text } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button button-main room-invite" onClick={() => setOpen(true)}>
        <Icon name="plus" />
        <span>{text("invite.people")}</span>
      </button>
      {open && <InviteDialog title={title} organising={organising} onClose={() => setOpen(false)} />}
    </>
  );
}

export function InviteDialog({ onClose, ...invite }: InviteProps & { onClose: () => void }) {
  const { text } = useI18n();
  return (
    <Dialog title={text("invite.people")} onClose={onClose}>
      <GuestLink {...invite} />
    </Dialog>
  );
}

function GuestLink({ title, organising }: InviteProps) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const { links, error, attempt } = useLinks(organising);
  const link = links && guestLinkOf(links);
  return (
    <>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      {links === null && error === null && <p className="hint">{text("app.loading")}</p>}
      {link?.link && (
        <>
          <CopyField label={text("start.guestLink")} value={link.link} />
          <ShareButton title={title} url={link.link} />
          <QrCode value={link.link} label={text("invite.qr")} />
        </>
      )}
      {links !== null && !link && (
        <>
          <p>{text("invite.none")}</p>
          <button
            type="button"
            className="button"
            onClick={() => void attempt(() => organising.invite({ role: "speaker" }))}
          >
            {text("org.createLink")}
          </button>
        </>
      )}
      {links && <OtherLinks links={links} />}
      <p className="hint">{text("invite.all")}</p>
    </>
  );
}

/** For a projector, and for the organiser themself on another device. */
function OtherLinks({ links }: { links: readonly Link[] }) {
  const { text } = useI18n();
  const captions = links.find(({ captions_link: link }) => link !== null)?.captions_link;
  const own = links.find((link) => link.own && link.role === "organiser")?.link;
  if (!captions && !own) return null;
  return (
    <details>
      <summary>{text("invite.more")}</summary>
      {captions && <CopyField label={text("start.captionsLink")} value={captions} />}
      {own && <CopyField label={text("start.organiserLink")} value={own} />}
      {own && <p className="hint">{text("start.readyLead")}</p>}
    </details>
  );
}

/** Hands the link to other programs, where the browser can. */
function ShareButton({ title, url }: { title: string; url: string }) {
  const { text } = useI18n();
  if (typeof navigator.share !== "function") return null;
  const share = async (): Promise<void> => {
    try {
      await navigator.share({ title, url });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // thought better of; the link is there to be copied
    }
  };
  return (
    <p className="actions">
      <button type="button" className="button" onClick={() => void share()}>
        {text("invite.share")}
      </button>
    </p>
  );
}
