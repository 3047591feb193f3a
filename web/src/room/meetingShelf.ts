/** The meetings that were made in this browser, so that their links are not lost; nobody else is told of them. */

import type { NewRoom } from "../logic/api";
import { parsed } from "../logic/json";
import { withKey } from "../logic/roomKey";
import { guarded } from "./guarded";

/** What is kept of a meeting: its links, and no organiser's token, which each visit gets anew. */
export type KeptMeeting = Omit<NewRoom, "organiser_token">;

const KEY = "hive.meetings";
const MOST = 20;
const FIELDS = ["room", "title", "organiser_link", "guest_link", "captions_link", "expires_at"] as const;

/** The latest first, without those whose links have expired. */
export function keptMeetings(nowMs = Date.now()): readonly KeptMeeting[] {
  const kept = parsed(guarded(() => window.localStorage.getItem(KEY)) ?? "[]");
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((value) => meetingOf(value) ?? []).filter(({ expires_at: at }) => Date.parse(at) > nowMs);
}

export function keepMeeting(meeting: KeptMeeting, nowMs = Date.now()): void {
  const known = meetingOf(meeting);
  if (known) write([known, ...keptMeetings(nowMs).filter(({ room }) => room !== known.room)]);
}

/** The links of an encrypted meeting bring another key from now on. */
export function rekeyMeeting(room: string, key: string): void {
  const meeting = keptMeetings().find((each) => each.room === room);
  if (meeting) keepMeeting(withKeys(meeting, key));
}

/** A meeting whose links all bring a key; without one as it is. */
export function withKeys<Meeting extends KeptMeeting>(meeting: Meeting, key: string | null): Meeting {
  const { organiser_link: own, guest_link: guests, captions_link: captions } = meeting;
  return {
    ...meeting,
    organiser_link: withKey(own, key),
    guest_link: withKey(guests, key),
    captions_link: withKey(captions, key),
  };
}

export function forgetMeeting(room: string): void {
  write(keptMeetings().filter((meeting) => meeting.room !== room));
}

function write(meetings: readonly KeptMeeting[]): void {
  const kept = JSON.stringify(meetings.slice(0, MOST));
  guarded(() => window.localStorage.setItem(KEY, kept));
}

/** Null for anything that is none, or whose links lead nowhere. */
export function meetingOf(value: unknown): KeptMeeting | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  if (FIELDS.some((field) => typeof fields[field] !== "string")) return null;
  const meeting = Object.fromEntries(FIELDS.map((field) => [field, fields[field]])) as unknown as KeptMeeting;
  const links = [meeting.organiser_link, meeting.guest_link, meeting.captions_link];
  return links.every((link) => /^https?:/.test(link) && URL.canParse(link)) ? meeting : null;
}
