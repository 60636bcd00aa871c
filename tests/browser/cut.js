// What nobody can read: text that runs out of its box or out of the window. Gives one line for each.
() => {
  const named = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX + getComputedStyle(element).overflowY);
  const inside = (element) => element && (scrolls(element) ? element : inside(element.parentElement));
  // A name is cut with dots on purpose; what is meant for screen readers alone is one pixel wide.
  const meant = (element) => getComputedStyle(element).textOverflow === "ellipsis" || element.closest(".unseen, .skip, svg");
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || meant(element)) continue;
    const box = element.getBoundingClientRect();
    if (!box.width) continue;
    if (!inside(element.parentElement) && (box.right > innerWidth + 1 || box.left < -1)) found.push(`out of the window: ${named(element)}`);
    const style = getComputedStyle(element);
    const wide = element.scrollWidth - element.clientWidth;
    const high = element.scrollHeight - element.clientHeight;
    if (style.display === "inline" || scrolls(element) || element.matches("textarea, select, input, main, body, header, footer")) continue;
    if (wide > 1 && element.matches("button, .button, .chip, .tag, td, th, dt, dd, p, li, label, summary, h1, h2, h3")) found.push(`${wide} px too wide: ${named(element)}`);
    if (high > 2 && /hidden|clip/.test(style.overflowY)) found.push(`${high} px too high: ${named(element)}`);
  }
  const row = document.querySelector(".top nav");
  const present = row?.querySelector("[aria-current]");
  const [there, whole] = [present, row].map((element) => element?.getBoundingClientRect());
  if (present && (there.left < whole.left - 1 || there.right > whole.right + 1)) found.push(`out of sight: ${named(present)}`);
  return found;
}
