// What sites do to a page between two runs, seeded: classes, ids, order of siblings, words, wrappers, or all of it.
([kind, seed]) => {
  let state = seed * 2654435761 % 4294967296;
  const chance = () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
  const pick = list => list[Math.floor(chance() * list.length)];
  const every = [...document.body.querySelectorAll('*')];
  const changes = {
    classes() {
      const names = {};
      for (const e of every) if (e.classList.length)
        e.className = [...e.classList].map(one => names[one] ??= 'k' + Math.floor(chance() * 1e6).toString(36)).join(' ');
    },
    ids() {
      const names = {};
      for (const e of every) if (e.id && e.id !== 'root') names[e.id] = chance() < 0.5 ? null : 'n' + Math.floor(chance() * 1e5);
      for (const e of every) {
        for (const key of ['id', 'for']) {
          const old = e.getAttribute(key);
          if (!(old in names)) continue;
          // A label keeps its field, as on any site that works: by a new id where the old one went.
          const next = names[old] ?? (document.querySelector(`label[for="${old}"]`) ? (names[old] = 'z' + old.length + Math.floor(chance() * 1e5)) : null);
          next ? e.setAttribute(key, next) : e.removeAttribute(key);
        }
      }
    },
    order() {
      for (const e of every) {
        const movable = [...e.children].filter(one => !one.matches('td,th,thead,tbody,option,legend,svg,h1,h2,h3,header,main,label + *,label[for]'));
        if (movable.length < 2 || e.matches('select,label,.field')) continue;
        for (const one of movable.sort(() => chance() - 0.5)) e.append(one);
      }
    },
    text() {
      const noise = [s => s + ' *', s => s.toUpperCase(), s => s + ':', s => s + ' (new)', s => 'Your ' + s, s => s + ' now', s => s + '!'];
      for (const e of every) {
        for (const node of e.childNodes)
          if (node.nodeType === 3 && node.nodeValue.trim() && !e.matches('option,script,style') && chance() < 0.7)
            node.nodeValue = pick(noise)(node.nodeValue.trim());
        for (const key of ['placeholder', 'aria-label', 'title'])
          if (e.getAttribute(key) && chance() < 0.7) e.setAttribute(key, pick(noise)(e.getAttribute(key)));
      }
    },
    wrappers() {
      for (const e of every) if (chance() < 0.3 && !e.matches('td,th,tr,tbody,thead,option,legend,li,label,svg,svg *')) {
        const box = document.createElement('div');
        e.replaceWith(box);
        box.append(e);
      }
    },
    all() { for (const one of ['classes', 'ids', 'order', 'text', 'wrappers']) changes[one](); },
    none() {},
  };
  changes[kind]();
}
