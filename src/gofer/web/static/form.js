// An application's form: read as the JSON its input wants, with what is wrong said at the field itself.
import { h, say } from "./dom.js";

const fields = (form) => [...form.querySelectorAll("[data-name]")];
const control = (field) => field.querySelector("input, textarea, select");

function pair(name = "", value = "") {
  const row = h(
    "div",
    { class: "pair" },
    h("input", { value: name, placeholder: "name", "aria-label": "Name", autocomplete: "off" }),
    h("input", { value, placeholder: "value", "aria-label": "Value", autocomplete: "off" }),
    h("button", { type: "button", class: "quiet small", "aria-label": "Remove this row" }, "×"),
  );
  row.lastElementChild.addEventListener("click", () => row.remove());
  return row;
}

function pairs(box) {
  const rows = Object.entries(JSON.parse(box.dataset.pairs)).map(([name, value]) => pair(name, value));
  const more = h("button", { type: "button", class: "quiet small" }, "Add a row");
  more.addEventListener("click", () => {
    more.before(pair());
    more.previousElementSibling.firstElementChild.focus();
  });
  box.append(...rows, more);
}

/** JSON, or the very text where a field takes either. */
function json(text, loose) {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (loose && !/^[[{]/.test(text)) return text;
    throw new Error(`This is not JSON: ${problem.message}.`);
  }
}

const written = (field) => control(field).value.trim();
const READ = {
  text: written,
  long: written,
  url: written,
  number: (field) => (written(field) === "" ? "" : Number(written(field))),
  switch: (field) => control(field).checked,
  choice: (field) => (control(field).value === "" ? "" : JSON.parse(control(field).value)),
  lines: (field) => {
    const lines = written(field).split("\n").map((line) => line.trim());
    const full = lines.filter(Boolean);
    return full.length ? full : "";
  },
  json: (field) => (written(field) === "" ? "" : json(written(field), "loose" in field.dataset)),
  pairs: (field) => {
    const rows = [...field.querySelectorAll(".pair")].map((row) =>
      [...row.querySelectorAll("input")].map((part) => part.value.trim()),
    );
    if (rows.some(([name, value]) => value && !name)) throw new Error("A value has no name.");
    const named = rows.filter(([name]) => name);
    return named.length ? Object.fromEntries(named) : "";
  },
};

function complaint(field) {
  const input = control(field);
  if (!input || input.checkValidity()) return "";
  if (input.validity.valueMissing) return "This is needed.";
  if (field.dataset.kind === "url") return "This must be an address such as https://example.org/.";
  return input.validationMessage;
}

/** Say at a field what is wrong with it; nothing, when it is right. */
function blame(field, words) {
  const place = field.querySelector(".wrong");
  say(place, words);
  place.hidden = !words;
  field.classList.toggle("bad", Boolean(words));
  control(field)?.setAttribute("aria-invalid", String(Boolean(words)));
}

function read(field) {
  const words = complaint(field);
  if (words) throw new Error(words);
  return READ[field.dataset.kind](field);
}

/** Bring the first wrong field into sight. */
function lead(field) {
  const folded = field.closest("details");
  if (folded) folded.open = true;
  control(field)?.focus();
}

/** The form's input; null when something is wrong, which is then said where it is. Empty fields are left out. */
export function input(form) {
  const values = {},
    wrong = [];
  for (const field of fields(form)) {
    try {
      const value = read(field);
      if (value !== "") values[field.dataset.name] = value;
      blame(field, "");
    } catch (problem) {
      blame(field, problem.message);
      wrong.push(field);
    }
  }
  if (wrong.length) lead(wrong[0]);
  return wrong.length ? null : values;
}

const WRITE = {
  switch: (field, value) => (control(field).checked = value),
  choice: (field, value) => (control(field).value = JSON.stringify(value)),
  lines: (field, value) => (control(field).value = value.join("\n")),
  json: (field, value) => (control(field).value = typeof value === "string" ? value : JSON.stringify(value, null, 2)),
  pairs: (field, value) => {
    const box = field.querySelector(".pairs");
    box.querySelectorAll(".pair").forEach((row) => row.remove());
    box.prepend(...Object.entries(value).map(([name, text]) => pair(name, text)));
  },
};

const WRITTEN = ["text", "long", "url", "lines", "json", "pairs"];

/** Whether somebody wrote this: what has a default says nothing by having a value. */
const told = (field, value) => WRITTEN.includes(field.dataset.kind) && value && Object.keys(value).length > 0;

/** Put an input into its form; false when the form has not a field for each of its values. */
export function fill(form, values) {
  const known = new Map(fields(form).map((field) => [field.dataset.name, field]));
  if (Object.keys(values).some((name) => !known.has(name))) return false;
  for (const [name, value] of Object.entries(values)) {
    const field = known.get(name);
    const write = WRITE[field.dataset.kind] ?? (() => (control(field).value = value));
    if (value != null) write(field, value);
    else if (control(field)) control(field).value = "";
    blame(field, "");
    if (told(field, value)) field.closest("details")?.setAttribute("open", "");
  }
  return true;
}

/** Put what gofer says of single fields at those fields; gives whether it was about any. */
export function explain(form, message) {
  const [, said] = message.match(/does not fit: (.*)/s) || [];
  if (!said) return false;
  const blamed = [];
  for (const part of said.split("; ")) {
    const [, name, words] = part.match(/^([\w-]+)[^:]*: (.*)$/s) || [];
    const field = fields(form).find((one) => one.dataset.name === name);
    if (!field) continue;
    blame(field, (words[0].toUpperCase() + words.slice(1)).replace(/\.*$/, "."));
    blamed.push(field);
  }
  if (blamed.length) lead(blamed[0]);
  return blamed.length > 0;
}

/** Make a form that was drawn by the server work. */
export function enliven(form) {
  form.querySelectorAll("[data-pairs]").forEach(pairs);
  form.addEventListener("input", (event) => {
    const field = event.target.closest("[data-name]");
    if (field?.classList.contains("bad")) blame(field, complaint(field));
  });
}
