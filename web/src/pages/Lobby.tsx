import { Page, ViewHeading } from "../components/Page";
import { useI18n } from "../hooks/useI18n";

interface LobbyProps {
  readonly title: string;
  readonly name: string;
  readonly onGiveUp: () => void;
}

/** Where somebody waits until an organiser lets them in. */
export function Lobby({ title, name, onGiveUp }: LobbyProps) {
  const { text } = useI18n();
  return (
    <Page narrow title={title}>
      <div className="card lobby">
        <p className="eyebrow">
          <bdi>{title}</bdi>
        </p>
        <ViewHeading>{text("lobby.title")}</ViewHeading>
        <p role="status">{text("lobby.lead", { name })}</p>
        <p className="actions">
          <button type="button" className="button" onClick={onGiveUp}>
            {text("lobby.giveUp")}
          </button>
        </p>
      </div>
    </Page>
  );
}
