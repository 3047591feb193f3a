import { useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { useI18n } from "../hooks/useI18n";
import { Icon } from "./Icon";

/** What is needed now and then, behind one button. What its buttons tell stays there while it is closed. */
export function MoreMenu({ children }: { children: ReactNode }) {
  const { text } = useI18n();
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = ({ target }: PointerEvent): void => {
      const inside = target instanceof Node && (menu.current?.contains(target) || button.current?.contains(target));
      if (!inside) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const items = (): HTMLElement[] => [...(menu.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? [])];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && open) {
      setOpen(false);
      button.current?.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (!open) return setOpen(true);
    const all = items();
    const at = all.findIndex((item) => item === document.activeElement);
    all[(at < 0 && step < 0 ? all.length - 1 : at + step + all.length) % all.length]?.focus();
  };
  const onClick = ({ target }: MouseEvent): void => {
    if (target instanceof Element && target.closest("[data-leads]")) setOpen(false);
  };
  return (
    <div className="tool-slot more" onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        className="tool tool-more"
        title={text("room.more")}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
        <span>{text("room.more")}</span>
      </button>
      <div className="more-menu" id={id} ref={menu} hidden={!open} onClick={onClick}>
        {children}
      </div>
    </div>
  );
}
