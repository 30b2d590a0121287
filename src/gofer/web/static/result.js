// What came out, as people read it: text as text, an object as names and values, equal objects as a table.
import { h, outward } from "./dom.js";
import { address, fold, find } from "./files.js";
import { sheet } from "./tables.js";

const isPlain = (given) => given !== null && typeof given === "object" && !Array.isArray(given);
const isText = (given) => given === null || typeof given !== "object";
const isRows = (given) =>
  Array.isArray(given) && given.length > 0 && given.every((row) => isPlain(row) && Object.values(row).every(isText));
const text = (given) => String(given ?? "–");
const named = (name) => name.replaceAll("_", " ").replace(/^(csv|url|id|json)$/i, (word) => word.toUpperCase());
const json = (given) => h("pre", {}, JSON.stringify(given, null, 2));

/** What a replay says of itself in a browser errand's result, if it was one. */
export const replayOf = (output) =>
  isPlain(output) && isPlain(output.replay) && Array.isArray(output.replay.healed) ? output.replay : null;

/** Text; a file's name leads to the file, an address of the web there. */
function linked(given) {
  const file = typeof given === "string" && find(given);
  return file ? h("a", { href: address(file) }, given) : outward(text(given));
}

/** JSON as elements. */
export function value(given) {
  if (isText(given)) return h("p", { class: "flow" }, linked(given));
  if (isPlain(given)) return object(given);
  if (given.every(isText)) return list(given);
  return isRows(given) ? rows(given, null, "rows") : json(given);
}

const isEmpty = (given) => given === null || given === "" || (typeof given === "object" && !Object.keys(given).length);

function object(given) {
  const tables = Object.values(given).filter(isRows);
  const file = tables.length === 1 ? table(given.csv) : null;
  const shown = (name) => !(name === "csv" && file) && !(name === "replay" && replayOf(given));
  const told = Object.entries(once(given)).filter(([name, part]) => shown(name) && !isEmpty(part));
  if (!told.length) return h("p", { class: "muted" }, "Nothing");
  return h("dl", {}, ...told.flatMap(([name, part]) => pair(name, part, file)));
}

/** The text of an errand lists the first changes, and so does the list of all of them: told once. */
function once(given) {
  const { text: told, changes } = given;
  if (typeof told !== "string" || !Array.isArray(changes) || !changes.length) return given;
  const listed = new Set(changes.map((change) => `- ${change}`));
  const again = (line) => listed.has(line) || /^- … and \d+ more( changes)?$/.test(line);
  return { ...given, text: told.split("\n").filter((line) => !again(line)).join("\n") };
}

function pair(name, part, file) {
  const wide = isRows(part);
  const drawn = wide ? rows(part, file, name) : isPlain(part) ? json(part) : value(part);
  const room = { class: wide ? "across" : null };
  return [h("dt", room, named(name)), h("dd", room, drawn)];
}

/** The CSV file of this name, which needs no second table of its own. */
function table(name) {
  const file = typeof name === "string" && find(name);
  return file && file.media_type.startsWith("text/csv") ? file : null;
}

function rows(given, file, name) {
  const names = [...new Set(given.flatMap(Object.keys))];
  const cells = given.map((row) => names.map((column) => String(row[column] ?? "")));
  if (file) fold(file);
  const about = file ? { file: address(file), name: file.name } : { name: `${name}.csv` };
  return sheet([names, ...cells], { label: named(name), cell: linked, ...about });
}

/** Short texts in one line, sentences one on each. */
function list(given) {
  if (!given.length) return h("p", {}, "none");
  if (given.some((part) => text(part).length > 40))
    return h("ul", { class: "sentences" }, ...given.map((part) => h("li", {}, linked(part))));
  return h("p", {}, ...given.flatMap((part, n) => [n ? ", " : null, linked(part)]));
}
