// Hides from a snapshot what is far off the screen in endless lists, for as long as the snapshot takes: Playwright needs
// a millisecond for a row. `visibility` moves nothing, and a style sheet is not seen by the page's mutation observers.
words => {
  const [RUN, FIRST, SCREENS] = [300, 100, 2];

  const pathTo = element => {
    const parent = element.parentElement;
    if (!parent) return element.localName;
    return `${pathTo(parent)} > :nth-child(${[...parent.children].indexOf(element) + 1})`;
  };

  const holdsWords = element => words && element.textContent.toLowerCase().includes(words.toLowerCase());

  const isFar = element => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom < -SCREENS * innerHeight || top > (SCREENS + 1) * innerHeight;
  };

  const mayGo = (element, number) =>
    number >= FIRST && isFar(element) && !element.contains(document.activeElement) && !holdsWords(element);

  // The runs of neighbours that may go, each as its first and last place counted from 1.
  const runsOf = parent => {
    const runs = [];
    [...parent.children].forEach((child, number) => {
      if (!mayGo(child, number)) return;
      const last = runs.at(-1);
      if (last?.[1] === number) last[1] = number + 1;
      else runs.push([number + 1, number + 1]);
    });
    return runs;
  };

  let hidden = 0;
  const rules = [];
  for (const parent of document.body.querySelectorAll('*')) {
    if (parent.childElementCount <= RUN) continue;
    const path = pathTo(parent);
    for (const [first, last] of runsOf(parent)) {
      hidden += last - first + 1;
      const run = `${path} > :nth-child(n+${first}):nth-child(-n+${last})`;
      rules.push(`${run} { visibility: hidden !important; transition: none !important }`);
    }
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.join('\n'));
  sheet.isVeil = true;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return hidden;
}
