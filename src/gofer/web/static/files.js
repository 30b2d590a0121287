// Files that the run handed over: pictures as pictures, CSV as a table, the rest as downloads.
import { $, bytes, h } from "./dom.js";
import { parse, sheet } from "./tables.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const CSV_BYTES = 500000;
const known = new Map(),
  named = new Map(),
  folded = new Set();

export const address = (artifact) => `/artifacts/${encodeURIComponent(artifact.id)}`;

/** The artifact that an event names, by id or by name. */
export const find = (key) => known.get(key) || named.get(key);

export const isPicture = (artifact) => PICTURES.includes(artifact.media_type);

/** Show one file; the same name again is a new version of it. */
export function add(artifact) {
  known.set(artifact.id, artifact);
  named.set(artifact.name, artifact);
  const list = isPicture(artifact) ? $("pictures") : $("artifacts");
  const item = isPicture(artifact)
    ? picture(artifact)
    : h("li", { "data-name": artifact.name }, head(artifact), preview(artifact));
  const old = [...list.children].find((other) => other.dataset.name === artifact.name);
  if (old) old.replaceWith(item);
  else list.append(item);
  show();
}

const items = (artifact) =>
  [...(isPicture(artifact) ? $("pictures") : $("artifacts")).children].filter(
    (item) => item.dataset.name === artifact.name,
  );

const show = () => ($("files").hidden = !$("pictures").firstChild && !$("artifacts").firstChild);

/** A picture that is shown elsewhere needs no second place. */
export function claim(artifact) {
  items(artifact).forEach((item) => item.remove());
  show();
}

/** A table that is shown elsewhere needs no preview. */
export function fold(artifact) {
  folded.add(artifact.name);
  items(artifact).forEach((item) => item.querySelector(".preview")?.remove());
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
  const fits = artifact.media_type.startsWith("text/csv") && artifact.size <= CSV_BYTES;
  if (!fits || folded.has(artifact.name)) return null;
  const holder = h("div", { class: "preview" });
  fetch(address(artifact))
    .then((answer) => answer.text())
    .then((text) => holder.append(sheet(parse(text), about(artifact))))
    .catch(() => holder.remove());
  return holder;
}

const about = (artifact) => ({ label: `Table ${artifact.name}`, file: address(artifact), name: artifact.name });
