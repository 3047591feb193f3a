// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { InviteButton } from "../../src/components/InviteButton";
import SealedBadge from "../../src/components/SealedBadge";
import { OpenBadge } from "../../src/components/SecrecyBadge";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import "../../src/i18n/en"; // at hand before the page asks for it
import type { Link, Organising } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Encryption, Recipient, Secrecy } from "../../src/room/encryption";
import type { Meeting } from "../../src/room/meeting";
import { openDialogs } from "../fakes/dialogs";

const KEY = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM";
const AGENT: Recipient = { identity: "agent-1", access: { sealing: KEY, check: "", number: 0 } };
const ORGANISING = {} as Organising;

const encryptionWith = (change: object = {}) => ({
  key: new Store(KEY),
  secrecy: new Store<Secrecy>({ state: "deaf", interpreter: AGENT }),
  unreadable: new Store<readonly string[]>([]),
  inTheClear: new Store<readonly string[]>([]),
  mayChange: true,
  handOver: vi.fn(() => Promise.resolve()),
  withdraw: vi.fn(() => Promise.resolve()),
  change: vi.fn(() => Promise.resolve()),
  ...change,
});

function show(content: React.ReactNode, encryption: object | null = null) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  const names = new Store(new Map([["luc", "Luc"]]));
  const meeting = { directory: { names }, encryption } as unknown as Meeting;
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting}>{content}</MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
}

const badge = (encryption: ReturnType<typeof encryptionWith>, organising: Organising | null = ORGANISING) =>
  show(<SealedBadge encryption={encryption as unknown as Encryption} organising={organising} />, encryption);

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
  openDialogs();
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("the badge", () => {
  it("says of a meeting that is not encrypted that it is not", async () => {
    const { container } = show(<OpenBadge />);
    fireEvent.click(await screen.findByRole("button", { name: "Not end-to-end encrypted" }));
    expect(screen.getByText(/whoever runs it could hear them/)).toBeTruthy();
    expect((await axe.run(container)).violations).toEqual([]);
  });

  it("follows who can hear, and reads it out", async () => {
    const encryption = encryptionWith();
    badge(encryption);
    const said = await screen.findByRole("status");
    expect(said.textContent).toBe("Encrypted, interpreter hears nothing");
    encryption.secrecy.set({ state: "hears", interpreter: AGENT });
    await waitFor(() => expect(said.textContent).toBe("Encrypted, interpreter can hear"));
    encryption.secrecy.set({ state: "other-key", interpreter: AGENT });
    await waitFor(() => expect(said.textContent).toBe("Encrypted, interpreter has another key"));
    encryption.secrecy.set({ state: "deaf", interpreter: null });
    encryption.unreadable.set(["luc"]);
    await waitFor(() => expect(said.textContent).toBe("Encrypted, your key does not fit"));
    expect(screen.getByText("Your key does not open what comes from: Luc.")).toBeTruthy();
  });

  it("names who is not encrypted", async () => {
    badge(encryptionWith({ inTheClear: new Store(["luc"]) }));
    fireEvent.click(await screen.findByRole("button", { name: "Encrypted, interpreter hears nothing" }));
    expect(screen.getByText("Not encrypted is what comes from: Luc.")).toBeTruthy();
  });

  it("offers guests nothing to decide", async () => {
    const { container } = badge(encryptionWith(), null);
    fireEvent.click(await screen.findByRole("button", { expanded: false }));
    expect(container.querySelector("[data-key]")).toBeNull();
  });
});

describe("an organiser", () => {
  async function decide(action: string, encryption: ReturnType<typeof encryptionWith>): Promise<void> {
    const { container } = badge(encryption);
    fireEvent.click(await screen.findByRole("button", { expanded: false }));
    fireEvent.click(container.querySelector(`[data-key="${action}"]`) as HTMLElement);
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(
      within(dialog)
        .getAllByRole("button")
        .find(({ className }) => /danger/.test(className))!,
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  }

  it("lets the interpreter hear, once asked", async () => {
    const encryption = encryptionWith();
    await decide("hand", encryption);
    expect(encryption.handOver).toHaveBeenCalledWith(ORGANISING, AGENT);
  });

  it("takes the key back, and changes it", async () => {
    const hears = new Store<Secrecy>({ state: "hears", interpreter: AGENT });
    const encryption = encryptionWith({ secrecy: hears });
    await decide("take", encryption);
    expect(encryption.withdraw).toHaveBeenCalledWith(ORGANISING);
    cleanup();
    await decide("change", encryption);
    expect(encryption.change).toHaveBeenCalledWith(ORGANISING);
  });

  it("can change no key that others would not take from them", async () => {
    const { container } = badge(encryptionWith({ mayChange: false }));
    fireEvent.click(await screen.findByRole("button", { expanded: false }));
    expect(container.querySelector('[data-key="change"]')).toBeNull();
  });

  it("invites with links that bring the key, the newest one", async () => {
    const link = { id: "l", role: "speaker", state: "valid", uses: null, link: "https://meet.example/join#g" };
    const own = { ...link, id: "o", role: "organiser", own: true, captions_link: null };
    const reader = { ...link, id: "r", role: "reader", captions_link: "https://meet.example/captions/hall#c" };
    const links = [{ ...link, captions_link: null }, own, reader] as unknown as Link[];
    const encryption = encryptionWith();
    const organising = { links: () => Promise.resolve(links) } as unknown as Organising;
    show(<InviteButton title="Board" organising={organising} />, encryption);
    fireEvent.click(await screen.findByRole("button", { name: "Invite people" }));
    const field = await screen.findByLabelText("Link for guests");
    expect(field).toHaveProperty("value", `https://meet.example/join#g&key=${KEY}`);
    encryption.key.set(`A${KEY.slice(1)}`);
    await waitFor(() => expect(field).toHaveProperty("value", `https://meet.example/join#g&key=A${KEY.slice(1)}`));
  });
});
