// What tells elements of a page apart. Given an element: its features. Given wanted features: those of every element
// that might be meant. Names and roles come close to the accessible ones; what matters is that both ways agree.
(first, second) => {
  const TESTS = ['data-testid', 'data-test-id', 'data-test', 'data-qa', 'data-cy'];
  const KEPT = [...TESTS, 'id', 'name', 'type', 'placeholder', 'title', 'alt', 'autocomplete', 'rel', 'for'];
  const LANDS = 'h1,h2,h3,h4,h5,h6,[role=heading],legend,caption,summary';
  const CONTROLS = 'input,select,textarea,button,script,style,noscript,template,[contenteditable=true]';
  const GENERATED = /\d{3,}|^:|^[0-9a-f-]{8,}$|^(css|sc|jsx|ember|react|mui|emotion|svelte)[-_]?\w*\d|[_-](?=\w*\d)\w{5,}$/i;
  const ROLES = {a: 'link', button: 'button', textarea: 'textbox', option: 'option', img: 'img', summary: 'button',
    li: 'listitem', td: 'cell', th: 'columnheader', tr: 'row', table: 'table', dialog: 'dialog', nav: 'navigation'};
  const INPUTS = {button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox',
    radio: 'radio', range: 'slider', number: 'spinbutton', search: 'searchbox', file: 'file', hidden: ''};

  const line = (text, most = 120) => (text || '').replace(/\s+/g, ' ').trim().slice(0, most);
  const above = e => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const find = (e, id) => { try { return e.getRootNode().getElementById(id); } catch { return null; } };

  function text(e, except) {
    let told = '';
    for (const node of e.childNodes) {
      if (node === except) continue;
      if (node.nodeType === 3) told += node.nodeValue;
      else if (node.nodeType === 1 && !node.matches('script,style,noscript,template,select,textarea,[hidden]'))
        told += ' ' + (node.tagName === 'IMG' ? node.alt : text(node, except)) + ' ';
    }
    return told;
  }

  function role(e) {
    const said = (e.getAttribute('role') || '').trim().split(/\s+/)[0];
    if (said && said !== 'presentation' && said !== 'none') return said;
    const tag = e.localName;
    if (tag === 'a') return e.hasAttribute('href') ? 'link' : '';
    if (tag === 'input') return INPUTS[e.type] ?? (e.hasAttribute('list') ? 'combobox' : 'textbox');
    if (tag === 'select') return e.multiple || e.size > 1 ? 'listbox' : 'combobox';
    if (/^h[1-6]$/.test(tag)) return 'heading';
    if (e.isContentEditable && !above(e)?.isContentEditable) return 'textbox';
    return ROLES[tag] ?? '';
  }

  const field = e => e.matches('input,select,textarea') || e.isContentEditable;

  function label(e) {
    const by = (e.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean).map(id => find(e, id));
    if (by.some(Boolean)) return line(by.filter(Boolean).map(one => text(one, e)).join(' '));
    return line([...(e.labels || [])].map(one => text(one, e)).join(' '));
  }

  function name(e) {
    const said = line(e.getAttribute('aria-label'));
    const by = e.hasAttribute('aria-labelledby') ? label(e) : '';
    if (by || said) return by || said;
    if (e.matches('input[type=submit],input[type=button],input[type=reset]')) return line(e.value);
    if (field(e)) return label(e) || line(e.placeholder) || line(e.title);
    return line(e.localName === 'img' ? e.alt : text(e)) || line(e.getAttribute('title'));
  }

  function attributes(e) {
    const kept = {};
    for (const key of KEPT) {
      const value = e.getAttribute(key);
      if (value && value.length <= 200 && !(['id', 'name', 'for'].includes(key) && GENERATED.test(value))) kept[key] = value;
    }
    if (e.matches('input[type=radio],input[type=checkbox],option') && e.hasAttribute('value')) kept.value = e.value;
    if (e.matches('a[href]')) { try { kept.href = new URL(e.href).pathname; } catch { /* no address */ } }
    return kept;
  }

  const classes = e => [...e.classList].filter(one => !GENERATED.test(one)).sort();

  function steps(e, write) {
    const parts = [];
    for (let at = e; at; at = above(at)) {
      parts.unshift(write(at));
      if (!at.parentElement && at.getRootNode() instanceof ShadowRoot) parts.unshift(null);
    }
    return parts;
  }

  function path(e) {
    return steps(e, at => {
      const same = at.parentNode ? [...at.parentNode.children].filter(one => one.localName === at.localName) : [at];
      return same.length > 1 ? `${at.localName}[${same.indexOf(at) + 1}]` : at.localName;
    }).map(part => part ?? '#shadow').reduce((all, part) => `${all}/${part}`, '');
  }

  function where(e) {
    const parts = steps(e, at => at.parentNode && at !== document.documentElement
      ? `${CSS.escape(at.localName)}:nth-child(${[...at.parentNode.children].indexOf(at) + 1})` : CSS.escape(at.localName));
    return parts.reduce((all, part) => part === null ? `${all} >> css=` : `${all}${/(^|=)$/.test(all) ? '' : ' > '}${part}`, 'css=');
  }

  function titles(item, e) {
    const free = one => !one.contains(e) && !e.contains(one) && line(text(one));
    const cell = item.matches('tr,[role=row]') && [...item.children].find(one => free(one) && !one.querySelector(CONTROLS));
    const bold = cell || [...item.querySelectorAll('th,strong,b,[itemprop=name],a[href]')].find(free);
    const copy = item.cloneNode(true);
    copy.querySelectorAll(CONTROLS + ',label').forEach(one => one.remove());
    const said = line(text(copy), 200);
    return [bold ? line(text(bold), 80) : '', said.length <= 80 && said !== line(text(e)) ? said : ''];
  }

  function item(at) {
    if (at.matches('li,tr,article,[role=row],[role=listitem],[role=article]')) return true;
    return at.matches('div,section,p,dd') && [...(at.parentElement?.children || [])].some(one => one !== at && one.localName === at.localName);
  }

  // What it stands under, from the nearest on: headings, names of groups, what its row or card is called.
  function nears(e) {
    const found = [];
    for (let at = above(e); at && at !== document.body; at = above(at)) {
      const lands = [...at.querySelectorAll(LANDS)].filter(one => !one.contains(e) && !e.contains(one));
      if (lands.length > 1) break;
      if (lands.length) found.push(line(text(lands[0]), 80));
      if (at.matches('[aria-label]') && !at.matches('a,button,input')) found.push(line(at.getAttribute('aria-label'), 80));
      if (item(at)) found.push(...titles(at, e));
    }
    return [...new Set(found.filter(Boolean))].slice(0, 4);
  }

  function shows(e) {
    if (e.localName === 'input' && e.type === 'file') return true;
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && e.checkVisibility({visibilityProperty: true});
  }

  // All its text, as Playwright reads it: so a locator can hold on to it.
  function said(e) {
    if (e.matches?.('script,style,noscript')) return '';
    if (e.matches?.('input[type=submit],input[type=button]')) return e.value;
    let all = '';
    for (const node of e.childNodes) all += node.nodeType === 3 ? node.nodeValue : node.nodeType === 1 ? said(node) : '';
    return e.shadowRoot ? all + said(e.shadowRoot) : all;
  }

  const told = e => ({tag: e.localName, role: role(e), name: name(e), label: label(e), attributes: attributes(e),
    classes: classes(e), path: path(e), nears: nears(e), where: where(e),
    said: said(e).slice(0, 300), born: performance.timeOrigin});

  const words = said => new Set(said.toLowerCase().match(/[\p{L}\p{N}]+/gu) || []);

  function* all(root) {
    for (const e of root.querySelectorAll('*')) {
      yield e;
      if (e.shadowRoot) yield* all(e.shadowRoot);
    }
  }

  // What may be meant by its name or an attribute of its own; or what may only wear what the wanted one wore: of
  // those a few will do, to see that names were swapped.
  function maybe(e, wanted, said) {
    if ((role(e) || wanted.role ? role(e) !== wanted.role : e.localName !== wanted.tag) || !shows(e)) return '';
    const kept = attributes(e), agrees = key => wanted.attributes[key] && kept[key] === wanted.attributes[key];
    if ([...TESTS, 'id', 'name'].some(agrees) || (agrees('href') && kept.href !== '/')) return 'meant';
    const mine = words(name(e));
    if (said.size ? [...mine].some(word => said.has(word)) : !mine.size) return 'meant';
    return agrees('type') || wanted.classes?.join() === classes(e).join() ? 'dressed' : '';
  }

  function survey(wanted, most) {
    const said = words(wanted.name), found = [];
    let dressed = 0;
    for (const e of all(document)) {
      const kind = maybe(e, wanted, said);
      if (kind === 'meant' || (kind && dressed++ < 5)) found.push(e);
    }
    return found.slice(0, most).map(told);
  }

  return first instanceof Element ? told(first) : survey(first, second);
}
