// Files that the run handed over: pictures as pictures, CSV as a table, the rest as downloads.
import { $, bytes, h } from "./dom.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const ROWS = 12;
const CSV_BYTES = 500000;
const known = new Map();

export const address = (artifact) => `/artifacts/${encodeURIComponent(artifact.id)}`;

/** The artifact that an event names, by id or by name. */
export const find = (key) =>
  known.get(key) || [...known.values()].reverse().find((artifact) => artifact.name === key);

/** A small picture that opens the whole one. */
export function thumbnail(artifact) {
  return h(
    "a",
    { class: "thumb", href: address(artifact) },
    h("img", { src: address(artifact), alt: artifact.name, loading: "lazy", width: 160, height: 120 }),
  );
}

export const isPicture = (artifact) => PICTURES.includes(artifact.media_type);

/** Show one file; the same name again is a new version of it. */
export function add(artifact) {
  known.set(artifact.id, artifact);
  const list = isPicture(artifact) ? $("pictures") : $("artifacts");
  const item = isPicture(artifact)
    ? picture(artifact)
    : h("li", { "data-name": artifact.name }, head(artifact), preview(artifact));
  const old = [...list.children].find((other) => other.dataset.name === artifact.name);
  if (old) old.replaceWith(item);
  else list.append(item);
  $("files").hidden = false;
}

function head(artifact) {
  const kind = `${artifact.media_type} · ${bytes(artifact.size)}`;
  return h(
    "p",
    { class: "file" },
    h("a", { href: address(artifact) }, artifact.name),
    h("span", { class: "muted small" }, kind),
    h(
      "a",
      {
        class: "get",
        href: `${address(artifact)}?download`,
        download: artifact.name,
        "aria-label": `Download ${artifact.name}`,
      },
      "Download",
    ),
  );
}

function picture(artifact) {
  const image = h("img", { src: address(artifact), alt: "", loading: "lazy", width: 320, height: 240 });
  return h(
    "li",
    { "data-name": artifact.name },
    h("a", { href: address(artifact) }, image, h("span", { class: "small" }, artifact.name)),
  );
}

function preview(artifact) {
  if (!artifact.media_type.startsWith("text/csv") || artifact.size > CSV_BYTES) return null;
  const holder = h("div", {
    class: "sheet",
    tabindex: "0",
    role: "region",
    "aria-label": `Table ${artifact.name}`,
  });
  fetch(address(artifact))
    .then((answer) => answer.text())
    .then((text) => holder.append(...table(parse(text))))
    .catch(() => holder.remove());
  return holder;
}

/** Rows of text as a table, the long tail only counted. */
export function table([header = [], ...rows]) {
  const line = (cells, tag) => h("tr", {}, ...cells.map((cell) => h(tag, {}, cell)));
  const shown = rows.slice(0, ROWS).map((cells) => line(cells, "td"));
  const more =
    rows.length > ROWS ? h("p", { class: "muted small" }, `and ${rows.length - ROWS} more rows`) : null;
  return [h("table", {}, h("thead", {}, line(header, "th")), h("tbody", {}, ...shown)), more].filter(Boolean);
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
