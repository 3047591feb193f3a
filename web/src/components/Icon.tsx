const PATHS = {
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7",
  micOff:
    "M9 9v2a3 3 0 0 0 4.6 2.5M15 10.5V6a3 3 0 0 0-5.7-1.3M5.5 11a6.5 6.5 0 0 0 10 5.5M18.5 11a6.4 6.4 0 0 1-.6 2.7M12 17.5V21M8.5 21h7M4 3.5l16 17",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-3.6 3-5.5 6.5-5.5s6.100 1.900 6.500 5.500M16 4.300a3.500 3.500 0 0 1 0 6.400M18 14.900c2 .800 3.200 2.500 3.500 5.100",
  settings: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4",
  transcript: "M6 3.500h9l4 4V20.500H6zM15 3.500v4h4M9 12h7M9 16h7M9 8h3",
  organise: "M12 3.500l2.400 5 5.600.700-4.100 3.800 1.100 5.500-5-2.700-5 2.700 1.100-5.500L4 9.200l5.600-.700z",
  pulse: "M3 12h4l2.500-7 5 14 2.500-7h4",
  more: "M5 12h.010M12 12h.010M19 12h.010",
  leave: "M14 4.500H6.500v15H14M11 12h10M17.500 8.500L21 12l-3.500 3.500",
  close: "M5.500 5.500l13 13M18.500 5.500l-13 13",
  copy: "M8.500 8.500h11v11h-11zM15.500 8.500v-4h-11v11h4",
  check: "M4.500 12.500l5 5 10-11",
  chevron: "M7 10l5 5 5-5",
  headphones:
    "M4 17v-4a8 8 0 0 1 16 0v4M4 14.500h2.500a1 1 0 0 1 1 1v3.500a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM20 14.500h-2.500a1 1 0 0 0-1 1v3.500a1 1 0 0 0 1 1H19a1 1 0 0 0 1-1z",
  keyboard: "M3.500 6.500h17v11h-17zM7 10h.010M10.300 10h.010M13.700 10h.010M17 10h.010M8 14h8",
  down: "M12 4.500v14M6 13l6 6 6-6",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  sound: "M4 9.500v5h3.500l5 4v-13l-5 4zM16 9a4.300 4.300 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11",
  ear: "M7 9.500a5.500 5.500 0 1 1 11 0c0 4-4 4.500-4 8a3 3 0 0 1-5.500 1.700M10 9.800a2.500 2.500 0 1 1 4.300 1.700",
  read: "M3.500 6h17v11.500h-9l-4 3.500v-3.500h-4zM7.500 10h9M7.500 13.500h5",
  speech: "M4 14v-4M8 17.500v-11M12 20V4M16 17.500v-11M20 14v-4",
  interpreter:
    "M4 5.500h8M8 3.500v2M10.500 5.500c-.800 3.500-3 6-6.500 7.500M6 8.500c1 2 2.700 3.500 5 4.500M11 20.500l4.500-11 4.500 11M12.600 17h5.800",
  screen: "M3.500 5h17v11.500h-17zM9 20h6M12 16.500V20",
  full: "M4.500 9V4.500H9M15 4.500h4.500V9M19.500 15v4.500H15M9 19.500H4.500V15",
  record: "M12 6.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z",
  download: "M12 4v11M7 10.500l5 5 5-5M4.500 20h15",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13",
  hand: "M8 12V5.500a1.500 1.500 0 0 1 3 0V11M11 10.500V4.500a1.500 1.500 0 0 1 3 0V11M14 11V6.500a1.500 1.500 0 0 1 3 0V14c0 4-2.500 6.500-6 6.500-3 0-4.500-1.500-6-4.500l-1.500-3a1.500 1.500 0 0 1 2.500-1.500L8 13.500",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside or instead of words; the words are always there for those who cannot see it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <span className="logo">
      <img src="/mark.svg" alt="" width="28" height="28" />
      <span>HIVE</span>
    </span>
  );
}
