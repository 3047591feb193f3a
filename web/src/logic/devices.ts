/** What it means for somebody that a microphone or a loudspeaker came or went. */

export interface Device {
  readonly deviceId: string;
  readonly label: string;
}

export type DeviceChange =
  /** `other`: what is used now, null where there is none. */
  | { readonly kind: "gone"; readonly name: string; readonly other: string | null }
  | { readonly kind: "back"; readonly name: string };

/** Chromium lists what it would choose under an id of its own, e.g. as "Default - Headset". */
const BROWSERS_CHOICE = "default";

/**
 * What happened to the device somebody uses; null where that is nothing.
 *
 * @param wish id of the one they chose, empty for the browser's choice.
 */
export function deviceChange(before: readonly Device[], now: readonly Device[], wish: string): DeviceChange | null {
  const chosen = (list: readonly Device[]): Device | undefined =>
    list.find(({ deviceId }) => deviceId === (wish || BROWSERS_CHOICE));
  const [was, is] = [chosen(before), chosen(now)];
  if (wish && !was && is && before.length > 0) return { kind: "back", name: is.label };
  if (!was || was.label === "") return null;
  // Which device the browser chose is known only where its name says so.
  const lost = wish ? !is : has(before, was) && !has(now, was);
  if (!lost) return null;
  const other = now.find(({ deviceId }) => deviceId === BROWSERS_CHOICE) ?? now[0];
  return { kind: "gone", name: plainLabel(was, before), other: other ? plainLabel(other, now) : null };
}

/** Whether the device behind the browser's choice is still there. */
function has(now: readonly Device[], choice: Device): boolean {
  return now.some(({ deviceId, label }) => deviceId !== BROWSERS_CHOICE && isBehind(choice.label, label));
}

/** The name of the device itself: that of the browser's choice is the same with a word before it, in its language. */
function plainLabel(device: Device, list: readonly Device[]): string {
  if (device.deviceId !== BROWSERS_CHOICE) return device.label;
  return (
    list.find(({ deviceId, label }) => deviceId !== BROWSERS_CHOICE && isBehind(device.label, label))?.label ??
    device.label
  );
}

function isBehind(choice: string, label: string): boolean {
  return label !== "" && choice.endsWith(label);
}
