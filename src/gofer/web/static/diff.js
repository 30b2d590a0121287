// What changed between two texts, line by line.

const MOST = 4e6; // cells of the table of common lines; beyond it the middle counts as changed whole

/** Lines of both texts as [sign, text]: " " in both, "-" only in the first, "+" only in the second. */
export function difference(before, after) {
  const [old, now] = [lines(before), lines(after)];
  let top = 0,
    end = 0;
  const least = Math.min(old.length, now.length);
  while (top < least && old[top] === now[top]) top += 1;
  while (end < least - top && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const middle = changed(old.slice(top, old.length - end), now.slice(top, now.length - end));
  const same = (text) => [" ", text];
  return [...old.slice(0, top).map(same), ...middle, ...old.slice(old.length - end).map(same)];
}

/** A text's lines; its last line break ends a line and begins none. */
export const lines = (text) => text.replace(/\n$/, "").split("\n");

function changed(old, now) {
  const gone = (text) => ["-", text],
    come = (text) => ["+", text];
  if (!old.length || !now.length || old.length * now.length > MOST) return [...old.map(gone), ...now.map(come)];
  const common = table(old, now),
    told = [];
  let at = 0,
    to = 0;
  while (at < old.length && to < now.length) {
    if (old[at] === now[to]) {
      told.push([" ", old[at++]]);
      to += 1;
    } else if (common[at + 1][to] >= common[at][to + 1]) told.push(gone(old[at++]));
    else told.push(come(now[to++]));
  }
  return [...told, ...old.slice(at).map(gone), ...now.slice(to).map(come)];
}

/** How many lines the rests from each pair of places have in common, in order. */
function table(old, now) {
  const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let at = old.length - 1; at >= 0; at -= 1)
    for (let to = now.length - 1; to >= 0; to -= 1)
      common[at][to] =
        old[at] === now[to] ? common[at + 1][to + 1] + 1 : Math.max(common[at + 1][to], common[at][to + 1]);
  return common;
}
