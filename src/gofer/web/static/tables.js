// Rows as a table of bounded height: sorted by a click, links that lead out safely, and a CSV file to take away.
import { h, outward } from "./dom.js";

const FIRST = 300; // rows that are drawn before somebody asks for all

/** A table of texts, the first row its header; `file` is the CSV that has the same rows, else one is made. */
export function sheet([header = [], ...rows], { label: words, file = null, name = "rows.csv", cell = outward }) {
  const body = h("tbody");
  const label = { type: "button", class: "quiet small" };
  const all = rows.length > FIRST && h("button", label, `Show all ${rows.length}`);
  let order = rows,
    shown = FIRST;
  const draw = () => body.replaceChildren(...order.slice(0, shown).map((cells) => line(cells, header, cell)));
  const heads = header.map((title, at) =>
    head(title, (turn) => {
      order = turn ? [...rows].sort(by(at, turn, rows)) : rows;
      heads.forEach((other, n) => n !== at && other.removeAttribute("aria-sort"));
      draw();
    }),
  );
  if (all)
    all.addEventListener("click", () => {
      shown = rows.length;
      all.remove();
      draw();
    });
  draw();
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body);
  const frame = h("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": words }, table);
  const count = h("span", { class: "muted" }, `${rows.length} ${rows.length === 1 ? "row" : "rows"}`);
  const foot = h("p", { class: "foot small" }, count, all || null, get(file, name, [header, ...rows]));
  return h("div", { class: "rows" }, frame, foot);
}

function line(cells, header, cell) {
  const one = (text) => h("td", { class: text.length < 16 ? "short" : null }, cell(text));
  return h("tr", {}, ...header.map((_, at) => one(cells[at] ?? "")));
}

/** A header that sorts: up, down, and as it was. */
function head(title, sort) {
  const button = h("button", { type: "button", class: "sort" }, title);
  const cell = h("th", { scope: "col" }, button);
  button.addEventListener("click", () => {
    const next = { ascending: "descending", descending: null }[cell.getAttribute("aria-sort") ?? ""];
    const turn = next === undefined ? "ascending" : next;
    if (turn) cell.setAttribute("aria-sort", turn);
    else cell.removeAttribute("aria-sort");
    sort({ ascending: 1, descending: -1 }[turn] ?? 0);
  });
  return cell;
}

function by(at, turn, rows) {
  const texts = rows.map((cells) => cells[at] ?? "").filter(Boolean);
  const numbers = texts.length > 0 && texts.every((text) => !Number.isNaN(number(text)));
  const compared = numbers
    ? (one, other) => number(one) - number(other)
    : (one, other) => one.localeCompare(other, undefined, { numeric: true, sensitivity: "base" });
  return (one, other) => {
    const [a, b] = [one[at] ?? "", other[at] ?? ""];
    if (!a || !b) return !a - !b; // what is not known stands last, either way
    return turn * compared(a, b);
  };
}

/** The number in a price or an amount, whichever sign it uses for the decimals; NaN when it is none. */
export function number(text) {
  if (!/^[^\d\w]*[\p{Sc}A-Z]{0,3}\s*[-+]?\d[\d.,'\s]*\s*[\p{Sc}%A-Za-z]{0,3}$/u.test(text.trim())) return NaN;
  const digits = text.replace(/[^\d.,-]/g, "");
  const point = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  const marks = digits.replace(/[\d-]/g, "");
  const grouped = marks.length > 1 ? new Set(marks).size === 1 : marks === "," && digits.length - point === 4;
  if (point < 0 || grouped) return Number(digits.replace(/[.,]/g, ""));
  return Number(`${digits.slice(0, point).replace(/[.,]/g, "")}.${digits.slice(point + 1)}`);
}

function get(file, name, rows) {
  const words = "Download CSV";
  const label = { class: "get", download: name, "aria-label": `Download ${name}` };
  if (file) return h("a", { ...label, href: `${file}?download` }, words);
  const button = h("button", { type: "button", class: "quiet small get" }, words);
  button.addEventListener("click", () => {
    const made = new Blob([csv(rows)], { type: "text/csv" });
    const link = h("a", { href: URL.createObjectURL(made), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  return button;
}

/** Rows as CSV (RFC 4180) in which a page's text is never a formula. */
export const csv = (rows) => rows.map((cells) => cells.map(quoted).join(",") + "\r\n").join("");

function quoted(text) {
  const risky = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,\s]+%?$/.test(text);
  const harmless = risky ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** CSV (RFC 4180) as rows of cells. */
export function parse(text) {
  const rows = [[""]];
  let quoted = false;
  const last = () => rows[rows.length - 1];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at],
      cells = last();
    if (letter === '"' && quoted && text[at + 1] === '"') {
      cells[cells.length - 1] += '"';
      at += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === "," && !quoted) cells.push("");
    else if (letter === "\n" && !quoted) rows.push([""]);
    else if (letter !== "\r" || quoted) cells[cells.length - 1] += letter;
  }
  return rows.filter((cells) => cells.length > 1 || cells[0]);
}
