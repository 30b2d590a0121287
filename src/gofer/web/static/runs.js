// The list of errands: rows that change as they happen, and the form for a new one.
import { $, ago, badge, call, cost, data, follow, h, say, title, took } from "./dom.js";

const rows = new Map();
let next = data.next;

function row(run) {
  const part = (name) => h("span", { class: name });
  const parts = {
    title: part("title"),
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
      h("span", { class: "about" }, parts.title, meta),
    ),
  );
  return { element, parts };
}

function fill({ parts }, run) {
  say(parts.title, title(run));
  say(parts.app, run.app);
  say(parts.when, ago(run.created_at));
  say(parts.time, run.started_at ? took(run) : "");
  say(parts.cost, run.cost.input_tokens ? cost(run.cost) : "");
  badge(parts.badge, run);
}

const matches = (run) => Object.entries(data.filter).every(([name, value]) => run[name] === value);

function show(run, place) {
  const known = rows.get(run.id);
  if (!matches(run)) {
    known?.view.element.remove();
    rows.delete(run.id);
  } else {
    const view = known?.view || row(run);
    if (!known) $("runs")[place](view.element);
    rows.set(run.id, { run, view });
    fill(view, run);
  }
  $("empty").hidden = rows.size > 0;
}

function listing(before) {
  const query = new URLSearchParams({ limit: "50", ...data.filter, ...(before ? { before } : {}) });
  return call("GET", `/api/v1/runs?${query}`);
}

function older(page) {
  page.runs.forEach((run) => show(run, "append"));
  next = page.next;
  $("older").hidden = !next;
}

async function start(body) {
  const run = await call("POST", "/api/v1/runs", body);
  location.assign(`/runs/${encodeURIComponent(run.id)}`);
}

function wanted(form) {
  const words = form.elements.words.value.trim(),
    url = form.elements.start_url.value.trim();
  if (form.elements.app.value === "chat") return { app: "chat", input: { message: words } };
  return { app: "browse", input: { goal: words, ...(url ? { start_url: url } : {}) } };
}

async function tried(work) {
  $("ask-problem").hidden = true;
  try {
    await work();
  } catch (problem) {
    say($("ask-problem"), problem.message);
    $("ask-problem").hidden = false;
  }
}

function choose() {
  const chat = $("ask").elements.app.value === "chat";
  $("start-url").hidden = chat;
  say($("words-label"), chat ? "Message" : "Goal");
  $("ask").elements.words.placeholder = chat
    ? "Which of these two contracts ends first?"
    : "Find the three cheapest kettles and save them as a table";
}

$("ask").addEventListener("change", choose);
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  tried(() => start(wanted(event.target)));
});
$("ask").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask").requestSubmit();
});
$("demo").hidden = !data.demo;
$("demo").addEventListener("click", () => tried(() => start(data.demo)));
$("filters").addEventListener("change", () => $("filters").submit());
$("older").addEventListener("click", async () => older(await listing(next)));
choose();
older(data);
$("empty").hidden = rows.size > 0;
setInterval(() => rows.forEach(({ run, view }) => fill(view, run)), 1000);
const catchUp = async () => (await listing()).runs.reverse().forEach((run) => show(run, "prepend"));
follow(
  () => "/api/v1/runs",
  (run) => show(run, "prepend"),
  { missed: catchUp },
);
