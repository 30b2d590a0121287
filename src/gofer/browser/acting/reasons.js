// What keeps a person from using this element: {why, names, …}, or null where nothing is to be seen.
e => {
  const short = text => {
    const line = (text ?? '').replace(/\s+/g, ' ').trim();
    return line.length > 60 ? line.slice(0, 59) + '…' : line;
  };
  const called = x => short(x.getAttribute('aria-label') || x.labels?.[0]?.innerText || x.placeholder || x.name
    || x.innerText || x.value);
  const box = e.control ?? e;

  if (box.closest(':disabled, [aria-disabled=true]')) {
    const form = box.form ?? box.closest('form, dialog, [role=dialog], main, body');
    const empty = f => !f.disabled && f.type !== 'hidden' && (f.willValidate && !f.validity.valid || f.required && !f.value);
    const fields = [...form.querySelectorAll('input, select, textarea')].filter(empty);
    return {why: 'disabled', names: fields.slice(0, 5).map(called).filter(name => name)};
  }

  const area = e.getBoundingClientRect();
  const x = area.x + area.width / 2, y = area.y + area.height / 2;
  if (!area.width || !area.height || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
  const deepest = root => {
    const top = root.elementFromPoint(x, y);
    return top?.shadowRoot && deepest(top.shadowRoot) !== top ? deepest(top.shadowRoot) ?? top : top;
  };
  const top = deepest(document);
  if (!top || e.contains(top) || top.contains(e)) return null;

  let cover = top;
  for (let up = top; up && up !== document.body && !up.contains(e); up = up.parentElement) cover = up;
  const cookies = /cookie|consent|gdpr/i.test(`${cover.id} ${cover.className} ${(cover.innerText ?? '').slice(0, 300)}`);
  const dialog = cover.matches('dialog, [role=dialog], [role=alertdialog], [aria-modal=true]');
  const kind = cookies ? 'cookie banner' : dialog ? 'dialog' : cover.tagName.toLowerCase();
  const buttons = [...cover.querySelectorAll('button, [role=button], a, input[type=submit], input[type=button]')];
  const names = buttons.map(called).filter(name => name).slice(0, 5);
  return {why: 'covered', kind: kind + (cover.id ? '#' + cover.id : ''), text: called(cover), names};
}
