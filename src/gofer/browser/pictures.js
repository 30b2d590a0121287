// Makes a page fit for a picture that is kept: what secret fields hold becomes dots, and one element gets a frame.
// A style sheet is not seen by the page's own observers.
([secret, box, id]) => {
  const everyRoot = root => {
    const roots = [root];
    for (const element of root.querySelectorAll('*'))
      if (element.shadowRoot) roots.push(...everyRoot(element.shadowRoot));
    return roots;
  };

  const veil = root => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { caret-color: transparent !important }
      :is(${secret}) { -webkit-text-security: disc !important; font-family: monospace !important }`);
    sheet.isPictureVeil = true;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };

  everyRoot(document).filter(root => root === document || root.querySelector(secret)).forEach(veil);
  if (!box) return;
  const mark = document.createElement('div');
  mark.id = id;
  mark.style.cssText = 'position:fixed;z-index:2147483647;pointer-events:none;border:3px solid #e0245e;'
    + 'border-radius:4px;box-shadow:0 0 0 3px #fffc;'
    + `left:${box.x - 5}px;top:${box.y - 5}px;width:${box.width + 4}px;height:${box.height + 4}px`;
  document.documentElement.append(mark);
}
