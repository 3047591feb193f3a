// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ChatButton } from "../../src/components/ChatButton";
import { ChatSection } from "../../src/components/ChatSection";
import ChatPanel from "../../src/components/ChatPanel";
import { ReactionsLayer, RequestLines } from "../../src/components/Signs";
import { I18nProvider } from "../../src/hooks/useI18n";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { ApiError, type Organising } from "../../src/logic/api";
import type { ChatMessage } from "../../src/logic/chat";
import { UNKNOWN } from "../../src/logic/offer";
import { DEFAULTS, keepPreferences } from "../../src/logic/preferences";
import { Store } from "../../src/logic/store";
import type { Wishes } from "../../src/logic/wishes";
import type { Meeting } from "../../src/room/meeting";
import type { Reaction } from "../../src/room/reactions";
import type { Request } from "../../src/room/requests";

function meetingOf({ mayWrite = true, messages = [] as readonly ChatMessage[], unread = 0 } = {}) {
  const wishes: Wishes = { speak: "en", listen: "en", read: { mode: "translation", language: "en" }, push: "always" };
  return {
    room: { localParticipant: { identity: "me" } },
    directory: { names: new Store(new Map([["ana", "Ana"]])) },
    wishSender: { wishes: new Store(wishes) },
    chat: {
      messages: new Store(messages),
      unread: new Store(unread),
      mayWrite: new Store(mayWrite),
      look: vi.fn(),
      answer: vi.fn(),
      send: vi.fn(() => Promise.resolve<"sent" | "failed">("sent")),
    },
    requests: { made: new Store<readonly Request[]>([]) },
    reactions: { shown: new Store<readonly Reaction[]>([{ key: 1, identity: "ana", sign: "👏" }]) },
  };
}

function show(meeting: ReturnType<typeof meetingOf>, content: React.ReactNode, preferences = {}) {
  keepPreferences(window.localStorage, { ...DEFAULTS, interfaceLanguage: "en", ...preferences });
  return render(
    <PreferencesProvider>
      <I18nProvider>
        <MeetingContext value={meeting as unknown as Meeting}>{content}</MeetingContext>
      </I18nProvider>
    </PreferencesProvider>,
  );
}

afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

describe("whoever writes", () => {
  it("keeps what could not be sent, and is told", async () => {
    const meeting = meetingOf();
    meeting.chat.send.mockResolvedValueOnce("failed");
    show(meeting, <ChatPanel offer={UNKNOWN} />);
    const field = await screen.findByLabelText<HTMLTextAreaElement>("Message to everyone");
    fireEvent.change(field, { target: { value: " hello " } });
    fireEvent.keyDown(field, { key: "Enter" });
    await screen.findByText("The message was not sent. Try again.");
    expect(field.value).toBe(" hello ");
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(field.value).toBe(""));

    expect(meeting.chat.send.mock.calls).toEqual([["hello"], ["hello"]]);
  });

  it("has commands carried out here, and sends them to nobody", async () => {
    const meeting = meetingOf();
    show(meeting, <ChatPanel offer={{ ...UNKNOWN, read: ["es", "en"] }} />);
    const field = await screen.findByLabelText("Message to everyone");
    for (const value of ["/translate es", "/translate de", "/speak fr"]) {
      fireEvent.change(field, { target: { value } });
      fireEvent.keyDown(field, { key: "Enter" });
    }

    expect(meeting.chat.answer.mock.calls.flat()).toEqual([
      "You now hear and read Spanish.",
      "German is not offered here",
      "You now speak French.",
    ]);
    expect(meeting.wishSender.wishes.get()).toMatchObject({
      speak: "fr",
      listen: "es",
      read: { mode: "translation", language: "es" },
    });
    expect(meeting.chat.send).not.toHaveBeenCalled();
  });

  it("is told where the room does not let them", async () => {
    const meeting = meetingOf({ mayWrite: false });
    show(meeting, <ChatPanel offer={UNKNOWN} />);
    await screen.findByText(/does not let guests write/);

    expect(screen.getByLabelText<HTMLTextAreaElement>("Message to everyone").disabled).toBe(true);
  });
});

describe("whoever reads", () => {
  it("sees how many messages wait", async () => {
    show(meetingOf({ unread: 120 }), <ChatButton open={false} onToggle={() => undefined} />);

    expect((await screen.findByRole("button", { name: "Chat: 120 new messages" })).textContent).toBe("Chat99+");
  });

  it("is given text as text", async () => {
    const text = '<img src=x onerror="alert(1)"> javascript:alert(1)';
    const message = { key: "ana/1", writer: "ana", text, atMs: 0, translation: null };
    const { container } = show(meetingOf({ messages: [message] }), <ChatPanel offer={UNKNOWN} />);
    await screen.findByText(text);

    expect([container.querySelector("img"), container.querySelector("a")]).toEqual([null, null]);
  });
});

describe("requests and reactions", () => {
  const made: readonly Request[] = [
    { from: "a", kind: "slower", to: "me" },
    { from: "b", kind: "slower", to: "me" },
    { from: "c", kind: "repeat", to: "ana" },
  ];

  it.each([
    [false, ["2 people ask you to speak more slowly"]],
    [true, ["2 people ask you to speak more slowly", "1 person asks Ana to repeat that"]],
  ])("are told to whom they concern, counted; organiser: %s", async (organiser, lines) => {
    const meeting = meetingOf();
    const { container } = show(meeting, <RequestLines organiser={organiser} />);
    await screen.findByRole("status");
    act(() => meeting.requests.made.set(made));

    await waitFor(() => expect([...container.querySelectorAll("p")].map((line) => line.textContent)).toEqual(lines));
  });

  it("are not seen by who wants it quiet", async () => {
    const shown = show(meetingOf(), <ReactionsLayer />);
    await screen.findByText("👏");
    shown.unmount();
    show(
      meetingOf(),
      <>
        <ReactionsLayer />
        <p>there</p>
      </>,
      { reactions: false },
    );
    await screen.findByText("there");

    expect(screen.queryByText("👏")).toBeNull();
  });
});

describe("the organiser's switch", () => {
  it("shows what holds, and what holds still where it could not be changed", async () => {
    const organising = {
      room: vi.fn(() => Promise.resolve({ chat: false, recording_allowed: true })),
      allowChat: vi.fn(() => Promise.reject(new ApiError("media_server", "away"))),
    };
    show(meetingOf(), <ChatSection organising={organising as unknown as Organising} />);
    const button = await screen.findByRole<HTMLInputElement>("switch", { name: "Guests may write in the chat" });
    expect(button.checked).toBe(false);
    fireEvent.click(button);
    await screen.findByText(/media server cannot be reached/);
    await waitFor(() => expect(button.checked).toBe(false));

    expect(organising.allowChat.mock.calls).toEqual([[true]]);
  });
});
