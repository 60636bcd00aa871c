// What axe does not look at: edges of controls and the ring of the focus, which need a contrast of 3:1 to what is beside
// them (WCAG 2.2, 1.4.11 and 2.4.13). Gives one line for each that has less.
() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const contrast = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, place) => value * a + below[place] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const named = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 30)}"`;
  const found = [];
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  for (const element of document.querySelectorAll("button, .button, input:not([type=hidden]), select, textarea")) {
    if (!seen(element) || element.matches(".as-link")) continue;
    const style = getComputedStyle(element);
    const outside = behind(element.parentElement);
    const edge = parseFloat(style.borderTopWidth) ? contrast(over(parse(style.borderTopColor), behind(element)), outside) : 1;
    const area = contrast(behind(element), outside);
    if (Math.max(edge, area) < 3) found.push(`edge ${Math.max(edge, area).toFixed(2)}: ${named(element)}`);
  }
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!seen(element)) continue;
    element.focus({ focusVisible: true, preventScroll: true });
    const style = getComputedStyle(element);
    const ring = parseFloat(style.outlineWidth) && style.outlineStyle !== "none";
    const around = behind(element.parentElement ?? document.body);
    const share = ring ? contrast(over(parse(style.outlineColor), around), around) : 0;
    if (share < 3) found.push(`focus ${share.toFixed(2)}: ${named(element)}`);
  }
  for (const bar of document.querySelectorAll("svg .bar-front")) {
    const share = contrast(parse(getComputedStyle(bar).fill), parse(getComputedStyle(bar.previousElementSibling).fill));
    if (share < 3) found.push(`bar ${share.toFixed(2)}: ${bar.closest("svg").getAttribute("class")}`);
  }
  document.activeElement?.blur();
  return found;
}
