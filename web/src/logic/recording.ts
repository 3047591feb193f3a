/** What people may know of each other's recording, and what the room says about it. */

import { parsed } from "./json";
import type { Attributes } from "./wishes";

/** The sign that somebody's page records what they hear; an empty value takes it away. */
export function recordingSign(recording: boolean): Record<string, string> {
  return { "translator.recording": recording ? "on" : "" };
}

export function hasRecordingSign(attributes: Attributes): boolean {
  return attributes["translator.recording"] === "on";
}

const LONGEST_METADATA = 2000;

/** Whether people may record, as the room's metadata has it; null where it does not say so. */
export function recordingRule(metadata: string | undefined): boolean | null {
  const told = metadata && metadata.length <= LONGEST_METADATA ? parsed(metadata) : null;
  if (typeof told !== "object" || told === null || !Object.hasOwn(told, "recording")) return null;
  const { recording } = told as Record<string, unknown>;
  return typeof recording === "boolean" ? recording : null;
}
