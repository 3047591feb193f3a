import { useI18n } from "../hooks/useI18n";
import { Switch } from "./controls";

interface TurnsSwitchProps {
  readonly consecutive: boolean;
  readonly onChange: (consecutive: boolean) => void;
}

/** Whether people and the interpreter speak in turn. */
export function TurnsSwitch({ consecutive, onChange }: TurnsSwitchProps) {
  const { text } = useI18n();
  return <Switch label={text("org.turns")} hint={text("org.turnsHint")} checked={consecutive} onChange={onChange} />;
}
