// @vitest-environment jsdom
import { afterEach, describe, expect, it } from "vitest";
import { isRoomKey, keepKeyHere, keyHere, newRoomKey, readFragment, withKey } from "../../src/logic/roomKey";
import { onThisSite, routeOf } from "../../src/logic/route";
import { keepMeeting, keptMeetings, rekeyMeeting, withKeys } from "../../src/room/meetingShelf";

const KEY = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM";
const OTHER = `A${KEY.slice(1)}`;
const LINK = "https://meet.example/join#abc_D-9";

afterEach(() => {
  window.history.replaceState(null, "", "/");
  window.localStorage.clear();
});

describe("the key of an encrypted meeting", () => {
  it("is another one each time, and made of 32 bytes", () => {
    const keys = [newRoomKey(), newRoomKey()];
    expect(keys.every(isRoomKey)).toBe(true);
    expect(new Set(keys).size).toBe(2);
  });

  it("stands in the fragment alone, behind the invitation", () => {
    const link = new URL(withKey(LINK, KEY));
    expect([link.pathname, link.search, link.hash]).toEqual(["/join", "", `#abc_D-9&key=${KEY}`]);
    expect(readFragment(link.hash)).toEqual({ invitation: "abc_D-9", key: KEY });
    expect(onThisSite(link.href)).toBe(`/join#abc_D-9&key=${KEY}`);
    expect(routeOf(link)).toEqual({ page: "join", invitation: "abc_D-9", key: KEY });
  });

  it("comes with a projector's link, whatever it asks for", () => {
    const link = new URL(withKey("https://meet.example/captions/hall?lang=es#abc", KEY));
    expect(routeOf(link)).toMatchObject({ page: "captions", room: "hall", invitation: "abc", key: KEY });
  });

  it.each(["", "#", "#abc", "#abc&key=", "#abc&key=short", `#abc&key=${KEY}A`, `#abc&other=${KEY}`])(
    "is not there in %s",
    (hash) => expect(readFragment(hash).key).toBeNull(),
  );

  it("takes the place of the one before", () => {
    expect(withKey(withKey(LINK, KEY), OTHER)).toBe(withKey(LINK, OTHER));
    expect(withKey(LINK, null)).toBe(LINK);
  });

  it("stays over a reload, also once it was changed", () => {
    window.history.replaceState({ some: "state" }, "", `/join#abc&key=${KEY}`);
    expect(keyHere()).toBe(KEY);
    keepKeyHere(OTHER);
    expect([keyHere(), window.location.hash, window.history.state]).toEqual([
      OTHER,
      `#abc&key=${OTHER}`,
      { some: "state" },
    ]);
  });

  it("is in all links that this browser keeps of a meeting", () => {
    const meeting = {
      room: "hall",
      title: "Board",
      organiser_link: LINK,
      guest_link: LINK,
      captions_link: "https://meet.example/captions/hall#abc",
      expires_at: "2100-01-01T00:00:00Z",
    };
    keepMeeting(withKeys(meeting, KEY));
    rekeyMeeting("hall", OTHER);
    rekeyMeeting("another", KEY);
    expect(keptMeetings()).toEqual([withKeys(meeting, OTHER)]);
    expect(withKeys(meeting, null)).toEqual(meeting);
  });
});
