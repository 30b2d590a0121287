// Gives an element a name that means something else, or swaps the names of two: what must never be taken for the same.
([truth, how, other]) => {
  const at = one => document.querySelector(`[data-truth="${one}"]`);
  const texts = (e, except) => {
    const found = [], walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (walk.currentNode.nodeValue.trim() && !except?.contains(walk.currentNode)) found.push(walk.currentNode);
    return found;
  };

  // Where its name is written: the attribute, or the nodes of the text.
  function source(e) {
    if (e.getAttribute('aria-label')) return 'aria-label';
    if (!e.matches('input,select,textarea')) return texts(e).length ? texts(e) : 'title';
    const label = e.labels?.[0];
    return label && texts(label, e).length ? texts(label, e) : 'placeholder';
  }

  const read = (e, where) => typeof where === 'string' ? e.getAttribute(where)
    : where.map(node => node.nodeValue.trim()).join(' ');

  function write(e, where, name) {
    if (typeof where === 'string') { e.setAttribute(where, name); return; }
    where.forEach((node, place) => node.nodeValue = place ? '' : name);
  }

  const flips = {
    negated: name => 'Do not ' + name,
    undone: name => 'Un' + name.toLowerCase(),
    widened: name => name + ' all permanently',
    replaced: () => 'Close the account',
  };
  const one = at(truth), here = source(one), name = read(one, here);
  if (how !== 'swapped') { write(one, here, flips[how](name)); return; }
  const two = at(other), there = source(two), second = read(two, there);
  write(one, here, second);
  write(two, there, name);
}
