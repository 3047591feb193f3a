import { useEffect, useId, useRef, useState, type FocusEvent, type KeyboardEvent, type ReactNode } from "react";
import { Icon } from "./Icon";

export interface MenuItem {
  readonly label: string;
  readonly onChoose: () => void;
  /** What it does is hard to undo. */
  readonly danger?: boolean;
}

interface MenuButtonProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Controls that stand above the items and leave the menu open. */
  readonly children?: ReactNode;
}

/** The button ⋯ with a menu, as WAI-ARIA's pattern "menu button" has it. */
export function MenuButton({ label, items, children }: MenuButtonProps) {
  const [open, setOpen] = useState<"first" | "last" | null>(null);
  const slot = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    const popup = box.current;
    if (!open || !popup) return;
    popup.scrollIntoView({ block: "nearest" });
    const all = itemsIn(popup);
    const target = open === "last" ? all.at(-1) : all[0];
    (target ?? popup.querySelector<HTMLElement>("input, select, button"))?.focus();
  }, [open]);

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node) || !slot.current?.contains(target)) setOpen(null);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const close = (): void => {
    setOpen(null);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = open ? moveTo(event) : opensAt(event.key);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // Escape would close what the menu is in
    if (to === null) close();
    else if (typeof to === "string") setOpen(to);
    else to.focus();
  };
  // A click on something that takes no focus leaves nobody behind: the pointer is looked at for itself.
  const onBlur = ({ relatedTarget, currentTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) setOpen(null);
  };
  return (
    <div className="menu-slot" ref={slot} onBlur={onBlur} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        className="button button-quiet button-icon"
        aria-label={label}
        title={label}
        aria-haspopup={items.length ? "menu" : "dialog"}
        aria-expanded={open !== null}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(open ? null : "first")}
      >
        <Icon name="more" />
      </button>
      {open && (
        <div className="menu" ref={box} {...(items.length ? {} : { id, role: "dialog", "aria-label": label })}>
          {children && <div className="menu-controls">{children}</div>}
          {items.length > 0 && (
            <div role="menu" id={id} aria-label={label}>
              {items.map((item) => (
                <button
                  key={item.label}
                  type="button"
                  role="menuitem"
                  tabIndex={-1}
                  className={item.danger ? "menu-item menu-item-danger" : "menu-item"}
                  onClick={() => {
                    close();
                    item.onChoose();
                  }}
                >
                  {item.label}
                </button>
              ))}
            </div>
          )}
        </div>
      )}
    </div>
  );
}

function itemsIn(menu: Element): readonly HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}

/** On the button of a closed menu; Enter and the space bar press it. */
function opensAt(key: string): "first" | "last" | undefined {
  if (key === "ArrowDown") return "first";
  return key === "ArrowUp" ? "last" : undefined;
}

/** Where a key leads in an open menu: null closes it, undefined is a key that means nothing here. */
function moveTo({ key, target, currentTarget }: KeyboardEvent): HTMLElement | null | undefined {
  if (key === "Escape") return null;
  const items = itemsIn(currentTarget);
  const at = items.indexOf(target as HTMLElement);
  if (at < 0) return key === "ArrowDown" && !isField(target) ? items[0] : undefined;
  switch (key) {
    case "ArrowDown":
      return items[(at + 1) % items.length];
    case "ArrowUp":
      return items.at(at - 1);
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default:
      return undefined;
  }
}

/** Lists and sliders need the arrows themselves. */
function isField(target: EventTarget): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
