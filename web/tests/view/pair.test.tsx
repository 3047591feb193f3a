// @vitest-environment jsdom
import { act, cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import { ApiError, type Api, type PairedDevice } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Pair } from "../../src/pages/Pair";
import { keepOwner, keptOwner } from "../../src/room/pairingShelf";
import { openDialogs } from "../fakes/dialogs";

const DEVICE: PairedDevice = { device_id: "d1", name: "Ana’s browser", used_at: "2026-11-27T10:00:00Z" };
const CODE = { code: "7KQ2-M9XD", lasts_s: 600, owner_token: "owner" };

function show(calls: Partial<Api>, open = true) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  const api = {
    config: () => Promise.resolve({ open_rooms: open }),
    pairingCode: vi.fn(() => Promise.resolve(CODE)),
    pairedDevices: vi.fn(() => Promise.resolve([])),
    ...calls,
  } as unknown as Api;
  render(
    <PreferencesProvider>
      <I18nProvider>
        <Pair api={api} />
      </I18nProvider>
    </PreferencesProvider>,
  );
  return api;
}

const make = async (name = "Make a code") => fireEvent.click(await screen.findByRole("button", { name }));

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
beforeEach(() =>
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ["setInterval", "clearInterval", "performance"] }),
);
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  window.localStorage.clear();
});

describe("a code", () => {
  it("is shown with the address and the time that is left, until it is over", async () => {
    const api = show({});
    await make();

    expect(await screen.findByLabelText("Code for the extension")).toHaveProperty("value", "7KQ2-M9XD");
    expect(screen.getByLabelText("Address of this server")).toHaveProperty("value", window.location.origin);
    expect(screen.getByRole("timer").textContent).toContain("10:00");
    expect(api.pairingCode).toHaveBeenCalledWith(null);
    expect(keptOwner()).toBe("owner");

    await act(() => vi.advanceTimersByTimeAsync(61_000));
    expect(screen.getByRole("timer").textContent).toMatch(/8:5\d/);
    await act(() => vi.advanceTimersByTimeAsync(540_000));
    expect(await screen.findByText("This code is no longer good.")).toBeTruthy();
    expect(screen.queryByLabelText("Code for the extension")).toBeNull();
  });

  it("goes once a browser was paired by it, which is named", async () => {
    let devices: PairedDevice[] = [];
    show({ pairedDevices: () => Promise.resolve(devices) });
    await make();
    await screen.findByLabelText("Code for the extension");
    devices = [DEVICE];
    await act(() => vi.advanceTimersByTimeAsync(3500));

    expect(await screen.findByText("Ana’s browser is paired.")).toBeTruthy();
    expect(screen.queryByLabelText("Code for the extension")).toBeNull();
    expect(await screen.findByRole("button", { name: "Make another code" })).toBeTruthy();
  });

  it("is made for whom this browser is known as, and not told to pair those that were there", async () => {
    keepOwner("earlier");
    const api = show({ pairedDevices: vi.fn(() => Promise.resolve([DEVICE])) });
    await screen.findByText("Ana’s browser");
    await make();
    await screen.findByLabelText("Code for the extension");
    await act(() => vi.advanceTimersByTimeAsync(3500));

    expect(api.pairingCode).toHaveBeenCalledWith("earlier");
    expect(screen.queryByText("Ana’s browser is paired.")).toBeNull();
  });

  it("needs the key where the operator makes them, which is not kept", async () => {
    const pairingCode = vi.fn(() => Promise.resolve({ ...CODE, owner_token: null }));
    const pairedDevices = vi.fn(() => Promise.resolve([DEVICE]));
    show({ pairingCode, pairedDevices }, false);
    fireEvent.change(await screen.findByLabelText("Operator key"), { target: { value: "k" } });
    fireEvent.click(screen.getByRole("button", { name: "Paired browsers" }));
    await screen.findByText("Ana’s browser");
    await make();

    await screen.findByLabelText("Code for the extension");
    expect(pairingCode).toHaveBeenCalledWith("k");
    expect(pairedDevices).toHaveBeenCalledWith("k");
    expect(keptOwner()).toBeNull();
  });

  it("that cannot be made says why", async () => {
    show({ pairingCode: () => Promise.reject(new ApiError("too_many_devices", "")) });
    await make();

    expect((await screen.findByRole("alert")).textContent).toContain("Withdraw one first");
  });
});

describe("a paired browser", () => {
  it("is withdrawn after a question", async () => {
    keepOwner("owner");
    let devices = [DEVICE];
    const withdrawDevice = vi.fn(() => {
      devices = [];
      return Promise.resolve();
    });
    show({ pairedDevices: () => Promise.resolve(devices), withdrawDevice });
    fireEvent.click(await screen.findByRole("button", { name: "Withdraw: Ana’s browser" }));
    fireEvent.click(screen.getByRole("button", { name: "Withdraw" }));

    expect(await screen.findByText("No browser is paired.")).toBeTruthy();
    expect(withdrawDevice).toHaveBeenCalledWith("d1", "owner");
  });

  it("is forgotten with what this browser was known as, where the server does not know that any more", async () => {
    keepOwner("old");
    show({ pairedDevices: () => Promise.reject(new ApiError("not_authorised", "")) });
    await waitFor(() => expect(keptOwner()).toBeNull());
    expect(screen.queryByText("Paired browsers")).toBeNull();
  });
});
