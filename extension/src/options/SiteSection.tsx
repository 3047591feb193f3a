import { useEffect, useState } from "react";
import { askToReplace, mayReplace } from "../chrome/sites";
import { Told, Trouble } from "../components/fields";
import { words } from "../i18n/words";

/** Whether the microphone of the three web clients may be replaced. */
export function SiteSection() {
  const { text } = words;
  const [allowed, setAllowed] = useState<boolean | null>(null);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    void mayReplace().then(setAllowed);
  }, []);
  const ask = async (): Promise<void> => {
    const granted = await askToReplace();
    setAllowed(granted);
    setRefused(!granted);
  };
  return (
    <>
      <Told>{text("speak.sites")}</Told>
      {allowed === true && <p>{text("speak.allowed")}</p>}
      {allowed === false && (
        <button type="button" className="button" onClick={() => void ask()}>
          {text("speak.allow")}
        </button>
      )}
      {refused && <Trouble>{text("speak.refused")}</Trouble>}
    </>
  );
}
