import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, type Api, type PairedDevice } from "../logic/api";
import { forgetOwner, keepOwner, keptOwner } from "../room/pairingShelf";

/** So often it is looked whether the code was used. */
const LOOK_MS = 3000;

export interface ShownCode {
  readonly code: string;
  /** On the clock of `performance.now()`: the time of day of a computer may be wrong. */
  readonly endsMs: number;
}

export interface Pairing {
  readonly code: ShownCode | null;
  /** Null until they are known. */
  readonly devices: readonly PairedDevice[] | null;
  /** The one that was paired by the code that was shown last. */
  readonly paired: PairedDevice | null;
  readonly error: unknown;
  readonly busy: boolean;
  /** Makes a code; with the operator's key where only the operator may. */
  make(key: string): Promise<void>;
  /** Shows what the operator's key shows. */
  show(key: string): Promise<void>;
  withdraw(id: string): Promise<void>;
}

/** Codes that are made here, and what was paired by them. */
export function usePairing(api: Api): Pairing {
  const [bearer, setBearer] = useState(keptOwner);
  const [code, setCode] = useState<ShownCode | null>(null);
  const [devices, setDevices] = useState<readonly PairedDevice[] | null>(null);
  const [paired, setPaired] = useState<PairedDevice | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const known = useRef<ReadonlySet<string>>(new Set());

  const look = useCallback(
    async (by: string): Promise<void> => {
      const found = await api.pairedDevices(by);
      setDevices(found);
      const fresh = found.find(({ device_id: id }) => !known.current.has(id));
      known.current = new Set(found.map(({ device_id: id }) => id));
      if (!code || !fresh) return;
      setPaired(fresh);
      setCode(null);
    },
    [api, code],
  );

  useEffect(() => {
    if (!bearer) return undefined;
    const again = (): void => {
      look(bearer).catch((failure: unknown) => {
        if (!(failure instanceof ApiError)) throw failure;
        if (failure.code !== "not_authorised") return; // the next look may see it
        forgetOwner();
        setBearer(null);
      });
    };
    again();
    if (!code) return undefined;
    const timer = window.setInterval(() => performance.now() < code.endsMs && again(), LOOK_MS);
    return () => window.clearInterval(timer);
  }, [bearer, code, look]);

  const doing = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return {
    code,
    devices,
    paired,
    error,
    busy,
    make: (key) =>
      doing(async () => {
        const shown = key || bearer;
        if (shown) known.current = new Set((await api.pairedDevices(shown)).map(({ device_id: id }) => id));
        const made = await api.pairingCode(shown);
        if (made.owner_token) keepOwner(made.owner_token);
        setBearer(made.owner_token ?? key);
        setPaired(null);
        setCode({ code: made.code, endsMs: performance.now() + made.lasts_s * 1000 });
      }),
    show: (key) =>
      doing(async () => {
        await look(key);
        setBearer(key);
      }),
    withdraw: async (id) => {
      if (!bearer) return;
      await api.withdrawDevice(id, bearer);
      await look(bearer);
    },
  };
}
