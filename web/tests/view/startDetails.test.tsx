// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import type { Config } from "../../src/logic/api";
import { keepPreferences, readPreferences } from "../../src/logic/preferences";
import { StartDetails } from "../../src/pages/StartDetails";

const CONFIG: Config = {
  open_rooms: true,
  version: "1.2.3",
  livekit_url: "wss://meet.example",
  privacy_url: "https://meet.example/privacy",
  offer: { recognised: ["en"], read: ["en", "es"], heard: ["es", "en"], likened: null },
  interpreter: { available: true, trial: false },
};

function show(config: Config | null) {
  keepPreferences(window.localStorage, { ...readPreferences(window.localStorage), interfaceLanguage: "en" });
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <StartDetails config={config} />
      </I18nProvider>
    </PreferencesProvider>,
  );
}

const CODES = ["en", "es", "fr", "de", "it", "pt", "nl", "pl", "ru", "tr", "uk", "zh", "ja"];

beforeAll(() => {
  configure({ asyncUtilTimeout: 10_000 }); // a bound, not a wait
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  window.localStorage.clear();
});

describe("what the start page says of HIVE", () => {
  it("names the languages that this server's workers have told", async () => {
    show(CONFIG);
    await screen.findByText("On this server people may speak English. They may hear English and Spanish.");
  });

  it("counts them where they are many", async () => {
    show({ ...CONFIG, offer: { recognised: CODES, read: CODES, heard: CODES.slice(0, 12), likened: null } });
    expect((await screen.findByText(/people may speak/)).textContent).toMatch(
      /^On this server people may speak 13 languages\. They may hear (?:\w+, ){11}and \w+\.$/,
    );
  });

  it.each([
    ["the service has not answered", null],
    ["no worker has told", { ...CONFIG, offer: { recognised: null, read: null, heard: null, likened: null } }],
  ])("promises no language while %s", async (_, config) => {
    show(config);
    await screen.findByText("That depends on the models on this server. Before you join, the languages are listed.");
  });

  it("leads to the operator's words on privacy where there are any, and to nothing that is no web address", async () => {
    show(CONFIG);
    const link = await screen.findByRole("link", { name: "How this is handled" });
    expect(link.getAttribute("href")).toBe("https://meet.example/privacy");
    screen.getByText(/version 1\.2\.3/);

    cleanup();
    show({ ...CONFIG, privacy_url: "javascript:alert(1)" });
    await screen.findByText(/version 1\.2\.3/);
    expect(screen.queryByRole("link")).toBeNull();
  });

  it("plays one sample at a time, fetches none before that, and says when one cannot be played", async () => {
    show(CONFIG);
    const said = await screen.findByLabelText<HTMLAudioElement>("Said in Spanish");
    const heard = screen.getByLabelText<HTMLAudioElement>("Heard in English");
    expect([said.preload, heard.preload]).toEqual(["none", "none"]);
    const paused: HTMLMediaElement[] = [];
    vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(function (this: HTMLMediaElement) {
      paused.push(this);
    });
    fireEvent.play(heard);
    expect(paused).toEqual([said]);

    fireEvent.error(said);
    screen.getByRole("alert");
  });
});
