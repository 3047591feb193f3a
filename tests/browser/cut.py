"""Lines of text of which a part is seen and a part is cut off, where nothing can be scrolled to see the rest."""

from __future__ import annotations

from playwright.async_api import Page

# Boxes of letters reach above and below what is drawn of them, so the edges of a line may be cut.
_FIND = """() => {
  const MOST = 0.75, LEAST = 0.12;
  const clips = (value) => value === "hidden" || value === "clip";
  const scrolls = (value) => value === "auto" || value === "scroll";
  const page = document.documentElement;

  // What is left of a box behind all that cuts it, and whether an ellipsis says that something is missing.
  const leftOf = (box, element) => {
    const left = { top: box.top, bottom: box.bottom, left: box.left, right: box.right, told: false };
    const cut = ({ top, bottom, left: start, right }, x, y) => {
      if (y) { left.top = Math.max(left.top, top); left.bottom = Math.min(left.bottom, bottom); }
      if (x) { left.left = Math.max(left.left, start); left.right = Math.min(left.right, right); }
    };
    let x = true, y = true, lifted = "";
    for (let at = element; at && at !== page; at = at.parentElement) {
      const style = getComputedStyle(at);
      const cuts = lifted === "" || (lifted === "absolute" && style.position !== "static");
      if (cuts && at !== document.body) {
        lifted = "";
        if (style.textOverflow === "ellipsis") left.told = true;
        if (scrolls(style.overflowX)) x = false;
        if (scrolls(style.overflowY)) y = false;
        if (style.display !== "inline") {
          const edge = at.getBoundingClientRect();
          cut(edge, x && clips(style.overflowX), y && clips(style.overflowY));
          if (style.clipPath === "inset(50%)") cut({ ...edge.toJSON(), bottom: edge.top }, false, true);
          const inset = /^inset\\(([\\d.]+)px/.exec(style.clipPath);
          if (inset) cut({ ...edge.toJSON(), top: edge.top + Number(inset[1]) }, false, y);
        }
      }
      if (style.position === "fixed") lifted = "fixed";
      else if (style.position === "absolute" && lifted === "") lifted = "absolute";
    }
    const whole = getComputedStyle(document.body).overflowY;
    const window_ = { top: 0, left: 0, right: innerWidth, bottom: innerHeight };
    cut(window_, x, y && (lifted === "fixed" || clips(whole) || page.scrollHeight <= innerHeight));
    return left;
  };

  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (text.data.trim() === "" || element.closest(".unseen, option, select, script, style, [inert]")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      const left = leftOf(box, element);
      const high = Math.max(0, left.bottom - left.top) / box.height;
      const wide = Math.max(0, left.right - left.left) / box.width;
      const where = `${element.closest("[class]")?.className}: ${text.data.trim().slice(0, 60)}`;
      if (wide > 0 && high > LEAST && high < MOST) found.push(`${where}: ${Math.round(high * 100)} % of its height`);
      if (high > LEAST && wide < 0.97 && wide > 0 && !left.told)
        found.push(`${where}: ${Math.round(wide * 100)} % of its width`);
    }
  }
  if (page.scrollWidth > innerWidth) found.push(`the page is ${page.scrollWidth - innerWidth} pixels too wide`);
  return [...new Set(found)];
}"""


async def cut_lines(page: Page) -> list[str]:
    """What is cut on a page as it stands: where, the beginning of the text, and how much of it is seen."""
    found: list[str] = await page.evaluate(_FIND)
    return found
