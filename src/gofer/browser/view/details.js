// What the accessibility tree does not tell: kinds of fields, what is required, pictures that are drawn, secrets.
secret => {
  const INTERESTING = `input:not([type=hidden]), select, textarea, summary, canvas, video, [contenteditable],
    [aria-expanded=false], [aria-required=true], [aria-readonly=true], [tabindex], [onclick]`;
  const MOST = 5000;

  const boxOf = element => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height].map(Math.round);
  };

  const everyRoot = root => {
    const roots = [root];
    for (const element of root.querySelectorAll('*'))
      if (element.shadowRoot) roots.push(...everyRoot(element.shadowRoot));
    return roots;
  };

  const kindOf = element => {
    const tag = element.localName;
    if (['input', 'select', 'textarea'].includes(tag)) return 'field';
    if (['summary', 'canvas', 'video'].includes(tag)) return tag;
    if (element.isContentEditable) return 'editable';
    if (element.getAttribute('aria-expanded') === 'false') return 'collapsed';
    return element.tabIndex >= 0 || element.onclick ? 'focusable' : 'other';
  };

  const detailOf = element => ({
    kind: kindOf(element),
    box: boxOf(element),
    type: element.localName === 'input' ? element.type : '',
    required: element.required === true || element.ariaRequired === 'true',
    readonly: element.readOnly === true || element.ariaReadOnly === 'true',
    open: element.parentElement?.open === true,
    collapsed: element.getAttribute('aria-expanded') === 'false',
    min: String(element.min ?? ''),
    max: String(element.max ?? ''),
    files: [...(element.files ?? [])].map(file => file.name).slice(0, 5),
    editable: element.isContentEditable && !element.parentElement?.isContentEditable,
  });

  const found = everyRoot(document).flatMap(root => [...root.querySelectorAll(INTERESTING)])
    .filter(element => element.getClientRects().length).slice(0, MOST);
  return {
    title: document.title,
    width: innerWidth,
    height: innerHeight,
    top: Math.round(scrollY),
    elements: document.getElementsByTagName('*').length,
    whole: document.documentElement?.scrollHeight ?? innerHeight,
    details: found.map(detailOf),
    secrets: found.filter(element => element.matches(secret) && element.value).map(element => element.value),
  };
}
