import { useState } from "react";
import { ApiError } from "@hive/logic/jsonService";
import { keepDevice } from "../chrome/shelf";
import { Trouble } from "../components/fields";
import { words } from "../i18n/words";
import { isWithdrawn, Pairing, type Device } from "../logic/pairing";

/** What this browser is connected with, and how to end that. */
export function DeviceSection({ device }: { device: Device }) {
  const { text } = words;
  const [unreached, setUnreached] = useState(false);
  const date = new Intl.DateTimeFormat(words.language, { dateStyle: "long" }).format(new Date(device.expiresAt));

  const withdraw = async (): Promise<void> => {
    try {
      await new Pairing(device.address).withdraw(device);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // What the installation does not hear of, it goes on to allow: said before it is forgotten here.
      if (!isWithdrawn(error) && !unreached) return setUnreached(true);
    }
    await keepDevice(null);
  };

  return (
    <>
      <p>{text("pair.connected", { address: device.address, date })}</p>
      {unreached && <Trouble>{text("problem.offline")}</Trouble>}
      <button type="button" className="button button-danger" onClick={() => void withdraw()}>
        {text("pair.withdraw")}
      </button>
    </>
  );
}
