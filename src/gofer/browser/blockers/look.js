// What a page shows of itself, in one look: bounded work, nothing changed, nothing that a page could notice as input.
([widgetSelectors, ownSelectors, responseSelectors, solvedSelectors, inlineWords]) => {
  const MOST = { text: 4000, frames: 60, fields: 60, scripts: 150, around: 600, elements: 6000 };
  const high = innerHeight, wide = innerWidth;
  const roots = [document];
  let counted = 0;
  for (const root of roots) {
    for (const e of root.querySelectorAll('*')) {
      if (++counted > MOST.elements) break;
      if (e.shadowRoot) roots.push(e.shadowRoot);
    }
  }
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const line = (text, most) => (text ?? '').replace(/\s+/g, ' ').trim().slice(0, most);
  const place = (e) => {
    const box = e.getBoundingClientRect();
    const onPage = box.right + scrollX > 0 && box.bottom + scrollY > 0 && box.left < Math.max(wide, document.documentElement.scrollWidth);
    return {
      shown: visible(e) && onPage,
      near: box.bottom > 0 && box.top < high && box.right > 0 && box.left < wide,
      width: box.width, height: box.height,
    };
  };

  // A picture that could not be loaded still says how large it is.
  const size = (e) => {
    const box = e.getBoundingClientRect();
    return [Math.max(box.width, +e.getAttribute('width') || 0), Math.max(box.height, +e.getAttribute('height') || 0)];
  };

  const readable = (root, most) => {
    const skip = /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|TEXTAREA|SELECT|OPTION|PRE|CODE|IFRAME)$/;
    const onlyCode = document.body.children.length === 1 && document.body.firstElementChild.tagName === 'PRE';
    const parts = [];
    let length = 0, seen = 0;
    const drawn = (e) => getComputedStyle(e).display !== 'none';
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
      if (node.nodeType === 3) return node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
      return skip.test(node.tagName) && !onlyCode || !drawn(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    });
    while (length < most && ++seen < 3000 && walk.nextNode()) {
      const parent = walk.currentNode.parentElement;
      if (parent && getComputedStyle(parent).display !== 'contents' && !visible(parent)) continue;
      const text = line(walk.currentNode.data, most - length);
      parts.push(text);
      length += text.length + 1;
    }
    return parts.join(' ').slice(0, most);
  };
  const textOf = (most) => {
    let told = document.body ? readable(document.body, most) : '';
    for (const root of roots.slice(1)) if (told.length < most) told += ' ' + readable(root, most - told.length);
    return told.trim();
  };

  const covering = () => {
    const named = all('dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]').filter((e) => visible(e));
    let found = named.find((e) => { const b = place(e); return b.near && b.width * b.height > 0.04 * wide * high; });
    if (!found) {
      let e = document.elementFromPoint(wide / 2, high / 2);
      while (e && e !== document.body && e !== document.documentElement) {
        const style = getComputedStyle(e), box = e.getBoundingClientRect();
        if (style.position === 'fixed' && box.width * box.height > 0.2 * wide * high) { found = e; break; }
        e = e.parentElement;
      }
    }
    return found ?? null;
  };

  const labels = (e) => [
    ...[...(e.labels ?? [])].map((l) => l.innerText),
    e.getAttribute('aria-label'), e.placeholder, e.title,
    ...(e.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.innerText),
    ...(e.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.innerText),
  ].filter(Boolean).join(' ');
  const groups = [];
  const group = (e) => {
    let box = e.closest('form, fieldset, dialog, [role=dialog], section, main, article') ?? document.body;
    let n = groups.indexOf(box);
    if (n < 0) n = groups.push(box) - 1;
    return n;
  };
  const pictureIn = (box) => {
    for (const p of box.querySelectorAll('img, canvas, svg, [style*="background-image"]')) {
      const [w, h] = size(p);
      if (!visible(p)) continue;
      const name = [p.getAttribute('src')?.slice(0, 120), p.id, p.getAttribute('class'), p.getAttribute('alt'), p.getAttribute('aria-label'), p.parentElement?.id, p.parentElement?.className].filter((t) => typeof t === 'string').join(' ');
      if (/captcha|kaptcha|verif|vcode|checkcode|authcode|seccode|challenge|验证|認証|код|güvenlik/i.test(name)) return line(name, 120) || 'picture';
      if (w >= 60 && w <= 420 && h >= 20 && h <= 160 && p.tagName !== 'svg') return `${p.tagName.toLowerCase()} ${Math.round(w)}x${Math.round(h)}`;
    }
    return '';
  };
  const kinds = 'input:not([type=hidden],[type=submit],[type=button],[type=image],[type=checkbox],[type=radio],[type=range],[type=file],[type=color],[type=reset])';
  const fields = all(kinds).slice(0, 200).map((e) => [e, place(e)]).filter(([e, p]) => p.shown && p.width > 4 && p.height > 4 && !e.disabled)
    .slice(0, MOST.fields).map(([e, p]) => {
      const number = group(e);
      let box = groups[number];
      while (box !== document.body && box.parentElement && line(box.innerText, 80).length < 60) box = box.parentElement;
      return {
        type: e.type, name: line(`${e.name} ${e.id}`, 80), autocomplete: (e.getAttribute('autocomplete') ?? '').toLowerCase(),
        mode: `${e.inputMode ?? ''} ${e.pattern ?? ''}`.trim(), longest: e.maxLength, label: line(labels(e), 200),
        around: line(box.innerText, MOST.around), near: p.near, filled: e.value !== '', group: number, picture: pictureIn(box),
      };
    });

  const widget = (selector, e) => {
    const p = place(e);
    return {
      selector, ...p,
      shown: p.shown || (visible(e) && p.width > 0), // an empty holder whose script has not come yet has no height
      invisible: (e.dataset.size ?? e.getAttribute('size')) === 'invisible' || e.dataset.badge !== undefined || e.classList.contains('grecaptcha-badge'),
      solved: solvedSelectors.some((s) => e.matches(s) || e.querySelector(s) || e.closest(s)) || /\b(solved|success|verified|passed)\b/i.test(`${e.className} ${e.dataset.state ?? ''}`),
    };
  };
  const usable = 'input:not([type=hidden]), button, canvas, img, [role=slider], [role=button], [role=checkbox], [draggable=true], [class*="slider" i], [class*="handle" i]';
  const own = ownSelectors.flatMap((s) => all(s).filter((e) => e.matches(usable) || e.querySelector(usable)).slice(0, 5).map((e) => widget('own', e)));
  const responses = {};
  for (const selector of responseSelectors) {
    const found = all(selector);
    if (found.length) responses[selector] = found.every((e) => (e.value ?? '').length > 20 && !e.value.startsWith('.'));
  }
  let code = '';
  for (const s of document.scripts) if (!s.src && code.length < 60000) code += s.textContent.slice(0, 20000);
  const cover = covering();
  const text = textOf(MOST.text);
  const timing = performance.getEntriesByType('navigation')[0];
  return {
    url: location.href, loading: document.readyState === 'loading', status: timing?.responseStatus || null, title: line(document.title, 200),
    headings: all('h1, h2, [role=heading]').filter((e) => visible(e)).slice(0, 6).map((e) => line(e.innerText, 160)).filter(Boolean),
    text, dialog: cover ? readable(cover, 1200) : '', dialog_asks_password: !!cover?.querySelector('input[type=password]'),
    links: all('a[href]').slice(0, 400).filter((e) => visible(e)).length,
    controls: all('button, input:not([type=hidden]), select, textarea, img, canvas, svg, video, iframe').slice(0, 200)
      .filter((e) => { const p = place(e); return p.shown && p.width > 8 && p.height > 8; }).length,
    content: all('img, canvas, video, audio, table, select, textarea').slice(0, 200).filter((e) => {
      const p = place(e), [w, h] = size(e);
      return p.shown && (/^(IMG|CANVAS|VIDEO)$/.test(e.tagName) ? w >= 200 && h >= 120 : p.width > 8 && p.height > 8);
    }).length,
    frames: all('iframe, frame').slice(0, MOST.frames).map((e) => ({ url: e.src ?? '', title: line(e.title, 100), ...place(e) })),
    scripts: [...document.scripts].map((s) => s.src).filter(Boolean).slice(0, MOST.scripts).map((s) => s.slice(0, 300)),
    inline: inlineWords.filter((word) => code.includes(word)),
    widgets: [...widgetSelectors.flatMap((s) => all(s).slice(0, 5).map((e) => widget(s, e))), ...own].slice(0, 60),
    responses, fields,
  };
}
