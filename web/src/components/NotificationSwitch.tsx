import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import { askPermission, permission } from "../room/notifying";
import { Notice, Switch } from "./controls";

/** Lets the device tell what happens; asks for the browser's permission once somebody wishes it. */
export function NotificationSwitch() {
  const { text } = useI18n();
  const [{ notifications }, change] = usePreferences();
  const [allowed, setAllowed] = useState(permission);
  if (allowed === "missing") return null;

  const set = async (on: boolean): Promise<void> => {
    const answer = on ? await askPermission() : allowed;
    setAllowed(answer);
    change({ notifications: on && answer === "granted" });
  };
  return (
    <>
      <Switch
        label={text("notify.use")}
        hint={text("notify.hint")}
        checked={notifications && allowed === "granted"}
        onChange={(on) => void set(on)}
      />
      {allowed === "denied" && <Notice kind="info">{text("notify.denied")}</Notice>}
    </>
  );
}
