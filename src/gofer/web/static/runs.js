// The list of errands: rows that change as they happen, and the form for a new one.
import { $, ago, badge, call, cost, data, follow, h, may, notice, parameters, say, title, took } from "./dom.js";
import { enliven, explain, input } from "./form.js";

const rows = new Map();
const PAGE = 50,
  MOST = 500; // runs that one call gives
let next = data.next;
let told = new Set(); // what came in while the list was read again: newer than the answer

function row(run) {
  const part = (name) => h("span", { class: name });
  const parts = {
    title: part("title"),
    given: part("given"),
    app: part("app"),
    when: part("when"),
    time: part("time"),
    cost: part("cost"),
    badge: part("badge"),
  };
  const meta = h("span", { class: "meta" }, parts.app, parts.when, parts.time, parts.cost);
  const element = h(
    "li",
    {},
    h(
      "a",
      { href: `/runs/${encodeURIComponent(run.id)}` },
      parts.badge,
      h("span", { class: "about" }, parts.title, parts.given, meta),
    ),
  );
  return { element, parts };
}

function fill({ parts }, run) {
  say(parts.title, title(run));
  say(parts.given, parameters(run));
  say(parts.app, run.app);
  say(parts.when, ago(run.created_at));
  say(parts.time, run.started_at ? took(run) : "");
  say(parts.cost, run.cost.input_tokens ? cost(run.cost) : "");
  badge(parts.badge, run);
}

const matches = (run) => Object.entries(data.filter).every(([name, value]) => run[name] === value);

function drop(id) {
  rows.get(id)?.view.element.remove();
  rows.delete(id);
}

function show(run, place) {
  const known = rows.get(run.id);
  if (!matches(run)) drop(run.id);
  else {
    const view = known?.view || row(run);
    if (!known) $("runs")[place](view.element);
    rows.set(run.id, { run, view });
    fill(view, run);
  }
  $("empty").hidden = rows.size > 0;
}

function listing(before, limit = PAGE) {
  const query = new URLSearchParams({ limit, ...data.filter, ...(before ? { before } : {}) });
  return call("GET", `/api/v1/runs?${query}`);
}

function older(page) {
  page.runs.forEach((run) => hear(run, "append"));
  goesOn(page);
}

function goesOn(page) {
  next = page.next;
  $("older").hidden = !next;
}

/** Read again as much as is shown: something may have happened that the stream did not tell. */
async function catchUp() {
  const since = (told = new Set());
  const page = await listing(null, Math.min(MOST, Math.max(PAGE, rows.size)));
  if (since !== told) return; // it is being read once more
  const found = new Set([...page.runs.map((run) => run.id), ...told]);
  [...rows.keys()].filter((id) => !found.has(id)).forEach(drop);
  page.runs.filter((run) => !told.has(run.id)).forEach((run) => show(run, "append"));
  order(page.runs);
  goesOn(page);
  $("empty").hidden = rows.size > 0;
}

/** These runs in this order and below all others, which are newer. Only what is out of place is moved: it may have the focus. */
function order(runs) {
  let below = null;
  for (const run of [...runs].reverse()) {
    const element = rows.get(run.id)?.view.element;
    if (!element) continue;
    if (element.nextElementSibling !== below) $("runs").insertBefore(element, below);
    below = element;
  }
}

/** What is news while the list is read again. */
function hear(run, place) {
  told.add(run.id);
  show(run, place);
}

async function start(body) {
  const run = await call("POST", "/api/v1/runs", body);
  location.assign(`/runs/${encodeURIComponent(run.id)}`);
}

const chosen = () =>
  [...$("ask").querySelectorAll("[data-app]")].find((part) => part.dataset.app === $("ask").elements.app.value);

async function submit() {
  const form = chosen();
  const values = input(form);
  if (values) await start({ app: form.dataset.app, input: values });
}

async function tried(work) {
  $("ask-problem").hidden = true;
  try {
    await work();
  } catch (problem) {
    if (explain(chosen(), problem.said || "")) return;
    say($("ask-problem"), problem.message);
    $("ask-problem").hidden = false;
  }
}

function choose() {
  const form = chosen();
  for (const part of $("ask").querySelectorAll("[data-app]")) part.hidden = part !== form;
}

enliven($("ask"));
$("ask").addEventListener("change", choose);
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  tried(submit);
});
$("ask").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask").requestSubmit();
});
$("demo").hidden = !data.demo || !may("run.start");
$("demo").addEventListener("click", () => tried(() => start(data.demo)));
$("filters").addEventListener("change", () => $("filters").submit());
$("filters").querySelector("button").hidden = true; // a choice filters at once
$("older").addEventListener("click", async () => older(await listing(next)));
if (chosen()) choose();
older(data);
$("empty").hidden = rows.size > 0;
setInterval(() => rows.forEach(({ run, view }) => fill(view, run)), 1000);
follow(() => "/api/v1/runs", (run) => hear(run, "prepend"), {
  missed: () => catchUp().catch((problem) => notice(problem.message)),
});
