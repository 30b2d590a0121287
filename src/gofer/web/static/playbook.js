// One playbook: its text, its versions and what changed between them, an editor, and a form to run it.
import { $, ago, call, confirmed, data, h, may, money, notice, say, span } from "./dom.js";
import { difference, lines } from "./diff.js";
import { stands } from "./standing.js";

const playbook = data.playbook;
const api = `/api/v1/playbooks/${encodeURIComponent(playbook.name)}`;
const bundled = playbook.principal === "gofer" && !playbook.versions.length;
const mine = playbook.principal === data.me;
const whose = bundled || mine ? {} : { principal: playbook.principal };
const newest = playbook.versions[0]?.number ?? playbook.version;
const texts = new Map([[playbook.version, playbook.text]]);
const AROUND = 3; // lines that are shown around a change

const here = (query) => {
  const given = new URLSearchParams({ ...query, ...whose }).toString();
  return `/playbooks/${encodeURIComponent(playbook.name)}${given && "?"}${given}`;
};

function head() {
  const about = playbook.text.match(/^about (".*")$/m);
  if (about) say($("about"), JSON.parse(about[1]));
  $("about").hidden = !about;
  const { usd, seconds } = playbook;
  const first = [usd == null ? null : money(usd), seconds == null ? null : span(seconds)];
  const facts = [
    bundled ? null : `Version ${playbook.version}`,
    bundled || mine ? null : `of ${playbook.principal}`,
    first.some(Boolean) ? `first run ${first.filter(Boolean).join(", ")}` : null,
    bundled ? null : playbook.why,
  ];
  const told = facts.filter(Boolean).map((text) => h("span", {}, text));
  $("meta").append(stands({ ...playbook, version: newest }), ...told);
  if (playbook.version !== newest) {
    const link = h("a", { href: here({}) }, `See the newest, version ${newest}`);
    $("older").append(`This is version ${playbook.version}. `, link);
    $("older").hidden = false;
  }
  if ($("edit")) say($("edit"), bundled ? "Edit a copy" : "Edit");
}

const kind = (text) => (/^\s*#/.test(text) ? "note" : /^\S/.test(text) ? "top" : null);
const drawn = (text) => h("li", { class: kind(text) }, h("code", {}, text || " "));

function versions() {
  $("versions").append(...playbook.versions.map(version));
  $("history").hidden = !playbook.versions.length;
  $("compared").hidden = playbook.versions.length < 2;
  if (playbook.versions.length < 2) return;
  for (const select of [$("from"), $("to")]) {
    select.append(...playbook.versions.map(({ number }) => h("option", { value: number }, `Version ${number}`)));
    select.addEventListener("change", () => compare().catch((problem) => notice(problem.message)));
  }
  const numbers = playbook.versions.map(({ number }) => number);
  const at = Math.max(0, numbers.indexOf(playbook.version));
  choose(numbers[at + 1] ?? numbers[at], numbers[at]);
}

function version({ number, why, by, at, worked }, n, all) {
  const before = all[n + 1];
  const shown = number === playbook.version ? "true" : null;
  const link = h("a", { href: here({ version: number }), "aria-current": shown }, `Version ${number}`);
  const label = { type: "button", class: "quiet small", "aria-label": `Changes of version ${number}` };
  const button = before && h("button", label, "Changes");
  if (button)
    button.addEventListener("click", () => {
      choose(before.number, number);
      $("compared").scrollIntoView({ block: "nearest" });
    });
  const times = worked ? `worked ${worked} ${worked === 1 ? "time" : "times"}` : null;
  const meta = [ago(at), `by ${by}`, times].filter(Boolean);
  const facts = h("p", { class: "meta" }, ...meta.map((text) => h("span", {}, text)));
  const words = h("div", {}, h("p", {}, link, ` ${why}`), facts);
  return h("li", {}, words, button || null);
}

function choose(from, to) {
  $("from").value = from;
  $("to").value = to;
  compare().catch((problem) => notice(problem.message));
}

async function text(number) {
  if (!texts.has(number)) {
    const found = await call("GET", `${api}?${new URLSearchParams({ version: number, ...whose })}`);
    texts.set(number, found.text);
  }
  return texts.get(number);
}

async function compare() {
  const [from, to] = [Number($("from").value), Number($("to").value)];
  const told = difference(await text(from), await text(to));
  const count = (sign) => told.filter(([is]) => is === sign).length;
  const same = `Nothing is different between version ${from} and version ${to}.`;
  const plus = count("+"),
    minus = count("-");
  say($("difference"), plus + minus ? `${plus} ${plus === 1 ? "line" : "lines"} added, ${minus} removed` : same);
  $("diff").replaceChildren(...(plus + minus ? folded(told) : []));
}

/** The changes with a few lines around them; the rest is only counted. */
function folded(told) {
  const around = (at) => told.slice(Math.max(0, at - AROUND), at + AROUND + 1);
  const near = told.map((_, at) => around(at).some(([sign]) => sign !== " "));
  const items = [];
  let skipped = 0;
  const skip = () => {
    const words = `${skipped} ${skipped === 1 ? "line" : "lines"} the same`;
    if (skipped) items.push(h("li", { class: "skipped" }, words));
    skipped = 0;
  };
  told.forEach(([sign, line], at) => {
    if (!near[at]) return (skipped += 1);
    skip();
    items.push(changed(sign, line));
  });
  skip();
  return items;
}

function changed(sign, line) {
  const tag = { "+": "ins", "-": "del", " ": "span" }[sign];
  return h("li", { "data-sign": sign.trim() || null }, h(tag, {}, h("code", {}, line || " ")));
}

// ---- the editor: as tall as its text, so that numbers and marks stand beside their lines

function edit(on) {
  $("editor").hidden = !on;
  $("text").hidden = $("edit").hidden = on;
  if (!on) return;
  $("draft").value = playbook.text;
  blame(null);
  fit();
  $("draft").focus();
  $("draft").setSelectionRange(0, 0);
}

function fit() {
  const count = $("draft").value.split("\n").length;
  $("draft").rows = count + 1;
  if ($("gutter").childElementCount !== count)
    $("gutter").replaceChildren(...Array.from({ length: count }, (_, at) => h("li", {}, `${at + 1}`)));
}

/** Say what is wrong, at its line where the message names one. */
function blame(message) {
  const found = message?.match(/line (\d+): (.*)/s);
  say($("wrong"), message ?? "");
  $("wrong").hidden = !message;
  $("at-line").hidden = !found;
  $("draft").setAttribute("aria-invalid", String(Boolean(message)));
  $("gutter").querySelector(".bad")?.classList.remove("bad");
  if (found) mark(Number(found[1]), found[2]);
}

function mark(number, words) {
  const row = $("gutter").children[number - 1];
  if (!row) return ($("at-line").hidden = true);
  row.classList.add("bad");
  say($("at-line"), words);
  $("at-line").style.top = `${row.offsetTop}px`;
  const rows = $("draft").value.split("\n");
  const start = rows.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  $("draft").focus({ preventScroll: true });
  $("draft").setSelectionRange(start, start + rows[number - 1].length);
  row.scrollIntoView({ block: "center" });
}

$("edit")?.addEventListener("click", () => edit(true));
$("leave").addEventListener("click", () => {
  edit(false);
  $("edit").focus();
});
$("draft").addEventListener("input", () => {
  fit();
  if (!$("wrong").hidden) blame(null);
});
$("editor").addEventListener("submit", async (event) => {
  event.preventDefault();
  const why = $("why").value.trim();
  try {
    await call("POST", api, { text: $("draft").value, app: playbook.app, ...whose, ...(why ? { why } : {}) });
    location.assign(here({}));
  } catch (problem) {
    blame(problem.said ?? problem.message);
  }
});

// ---- to run it

const PROFILE = "Optional: the browser begins with what it knew at the end of this profile's last errand.";
const PLAIN = { maxlength: 100, autocomplete: "off" };

/** Fields of the errand itself, where the playbook has no parameter of that name; the others are its parameters. */
function own() {
  const taken = needs().parameters.map(({ name }) => name);
  return ["start_url", ...(data.takes.includes("profile") && !taken.includes("profile") ? ["profile"] : [])];
}

/** What the text says has to be given: its parameters, and where to begin if it does not know. */
function needs() {
  const wanted = [...playbook.text.matchAll(/^parameter (\S+)(?: (".*"))?$/gm)];
  const parameters = wanted.map(([, name, told]) => ({ name, help: told ? JSON.parse(told) : "" }));
  const start = playbook.text.match(/^start (".*")$/m);
  return { parameters, start: start ? JSON.parse(start[1]) : "" };
}

function field(name, label, help, more) {
  const id = `value-${name}`;
  const tag = more.type ? "input" : "textarea";
  const control = h(tag, { id, name, rows: more.type ? null : "1", ...more });
  const told = help ? h("p", { class: "muted small" }, help) : null;
  return h("div", { class: "field" }, h("label", { for: id }, label), control, told);
}

function form() {
  const { parameters, start } = needs();
  const place = { type: "url", required: !start, placeholder: start || "https://", autocomplete: "off" };
  const help = start ? "Without one it begins where it was recorded." : "";
  const words = (name) => name.replaceAll("_", " ");
  const fields = parameters.map(({ name, help }) => field(name, words(name), help, { required: true }));
  const more = own().includes("profile") ? [field("profile", "Profile", PROFILE, { type: "text", ...PLAIN })] : [];
  $("values").append(...fields, field("start_url", "Page to begin at", help, place), ...more);
  say($("go"), playbook.version === newest ? "Run" : `Run version ${playbook.version}`);
  if (!mine && !bundled) say($("run-title"), "Run it as your own errand");
}

async function run() {
  const given = Object.fromEntries([...new FormData($("run"))].filter(([, value]) => value.trim()));
  const errands = Object.fromEntries(Object.entries(given).filter(([name]) => own().includes(name)));
  const parameters = Object.fromEntries(Object.entries(given).filter(([name]) => !own().includes(name)));
  const known = (mine || bundled) && playbook.version === newest;
  const input = { playbook: known ? playbook.name : playbook.text, parameters, ...errands };
  const started = await call("POST", "/api/v1/runs", { app: playbook.app, input });
  location.assign(`/runs/${encodeURIComponent(started.id)}`);
}

$("run").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("run-problem").hidden = true;
  try {
    await run();
  } catch (problem) {
    say($("run-problem"), problem.message);
    $("run-problem").hidden = false;
  }
});
$("danger").hidden = bundled || !may("playbook.delete");
const remove = confirmed($("delete-dialog"), "delete", async () => {
  await call("POST", `${api}/delete`, whose);
  location.assign("/playbooks");
});
$("delete").addEventListener("click", remove);

head();
$("text").append(...lines(playbook.text).map(drawn));
versions();
form();
