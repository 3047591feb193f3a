import { useEffect, useState } from "react";
import type { Tab } from "../logic/call";

/** In a window of its own the tab is named in the address; else it is the one whose button was clicked. */
export function useTab(): Tab | null {
  const [tab, setTab] = useState<Tab | null>(null);
  useEffect(() => {
    let current = true;
    find()
      .then((found) => current && setTab(found))
      .catch((error: unknown) => console.error("no tab", error));
    return () => {
      current = false;
    };
  }, []);
  return tab;
}

async function find(): Promise<Tab | null> {
  const named = Number(new URLSearchParams(window.location.search).get("tab"));
  const found = named
    ? await chrome.tabs.get(named)
    : (await chrome.tabs.query({ active: true, lastFocusedWindow: true }))[0];
  return found?.id === undefined ? null : { id: found.id, title: found.title ?? "" };
}

export function openWindow(tab: Tab): void {
  const url = `popup.html?tab=${tab.id}`;
  void chrome.windows.create({ url, type: "popup", width: 400, height: 640 });
}
