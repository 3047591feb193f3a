import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { Switch } from "./controls";

interface LikenessRuleProps {
  readonly forbidden: boolean;
  readonly onChange: (forbidden: boolean) => void;
}

/** Whether speakers may be heard in voices that resemble theirs; shown where that can be done, or is forbidden. */
export function LikenessRule({ forbidden, onChange }: LikenessRuleProps) {
  const { text } = useI18n();
  const interpreter = useStore(useMeeting().interpreter);
  const possible = interpreter.present && interpreter.abilities.likened !== null;
  if (!possible && !forbidden) return null;
  return (
    <Switch
      label={text("org.likeness")}
      hint={text("org.likenessHint")}
      checked={!forbidden}
      onChange={(allowed) => onChange(!allowed)}
    />
  );
}
