// One errand: its state, its questions, its desktop and what can be done with it, fed by its events.
import { $, badge, call, cost, count, data, ended, follow, h, notice, pressed, say, took } from "./dom.js";
import { Desktop } from "./desktop.js";
import { add, address, find, isPicture, table } from "./files.js";
import { tell } from "./timeline.js";

let run = data.run;
const api = `/api/v1/runs/${encodeURIComponent(run.id)}`;
const desktop = new Desktop(run.id);
const cards = new Map();
let on = data.desktop.watchable,
  picture = null,
  refreshing = null;

function draw() {
  badge($("status"), run);
  say($("app"), run.app);
  say($("short-id"), run.id.length > 14 ? `${run.id.slice(0, 12)}…` : run.id);
  say($("cost"), cost(run.cost));
  const tokens = run.cost.input_tokens + run.cost.output_tokens;
  say($("tokens"), count(tokens));
  $("tokens").parentElement.hidden = !tokens;
  $("stop").hidden = ended(run);
  $("retry").hidden = !ended(run);
  say($("cost-label"), ended(run) ? "cost" : "cost so far");
  if (!$("input").firstChild) $("input").append(value(run.input));
  drawPlace();
  drawOrigin();
  drawEnd();
  tick();
  const mine = run.controlled_by === data.me;
  if (on && !ended(run)) desktop.control(mine, mine ? null : run.controlled_by);
}

function drawPlace() {
  const ahead = run.queue_position - 1;
  $("place").hidden = run.status !== "queued";
  say(
    $("place"),
    ahead > 0
      ? `It waits for its turn: ${ahead} ${ahead === 1 ? "errand goes" : "errands go"} first.`
      : "It is next; it starts as soon as there is room.",
  );
}

function tick() {
  $("time-fact").hidden = !run.started_at;
  say($("time"), took(run));
}

function drawOrigin() {
  if (!run.retry_of || $("origin").firstChild) return;
  $("origin").append(
    "A retry of ",
    h("a", { href: `/runs/${encodeURIComponent(run.retry_of)}` }, "an earlier errand"),
  );
  $("origin").hidden = false;
}

function drawEnd() {
  $("fault").hidden = !run.error;
  if (run.error)
    for (const [part, key] of [
      ["message", "message"],
      ["next", "next_step"],
      ["code", "code"],
    ])
      say($(`fault-${part}`), run.error[key]);
  $("result").hidden = run.output == null;
  if (run.output != null && !$("output").firstChild) $("output").append(value(run.output));
}

const isPlain = (given) => given !== null && typeof given === "object" && !Array.isArray(given);
const isText = (given) => given === null || typeof given !== "object";
const text = (given) => String(given ?? "–");
const named = (name) => name.replaceAll("_", " ").replace(/^(csv|url|id|json)$/i, (word) => word.toUpperCase());

/** Text; a file's name leads to the file. */
function linked(given) {
  const file = typeof given === "string" && find(given);
  return file ? h("a", { href: address(file) }, given) : text(given);
}

/** JSON as people read it: text as text, an object as names and values, equal objects as a table. */
function value(given) {
  if (isText(given)) return h("p", { class: "flow" }, linked(given));
  if (isPlain(given))
    return h(
      "dl",
      {},
      ...Object.entries(given).flatMap(([name, part]) => [
        h("dt", {}, named(name)),
        h("dd", {}, isPlain(part) ? json(part) : value(part)),
      ]),
    );
  if (given.every(isText)) return list(given);
  if (!given.every((row) => isPlain(row) && Object.values(row).every(isText))) return json(given);
  const names = [...new Set(given.flatMap(Object.keys))];
  return h(
    "div",
    { class: "sheet", tabindex: "0", role: "region", "aria-label": "Rows" },
    ...table([names, ...given.map((row) => names.map((name) => text(row[name])))]),
  );
}

/** Short texts in one line, sentences one on each. */
function list(given) {
  if (!given.length) return h("p", {}, "none");
  if (given.some((part) => text(part).length > 40))
    return h("ul", { class: "sentences" }, ...given.map((part) => h("li", {}, linked(part))));
  return h("p", {}, ...given.flatMap((part, n) => [n ? ", " : null, linked(part)]));
}

const json = (given) => h("pre", {}, JSON.stringify(given, null, 2));

function refresh() {
  refreshing ||= setTimeout(async () => {
    refreshing = null;
    try {
      run = await call("GET", api);
      draw();
    } catch (problem) {
      notice(problem.message);
    }
    if (ended(run) && finished) {
      stopFollowing();
      cards.forEach((card) => card.remove());
    }
  }, 150);
}

function ask(asked) {
  const { question, id, deadline } = asked;
  const field = h("input", {
    name: "answer",
    required: true,
    autocomplete: "off",
    "aria-label": "Your answer",
  });
  const send = async (answer) => {
    try {
      await call("POST", `${api}/answers`, { answer, question_id: id });
    } catch (problem) {
      notice(problem.message);
    }
  };
  const choices = question.choices.map((choice, n) =>
    h("button", { type: "button", class: n ? "" : "primary", onclick: () => send(choice) }, choice),
  );
  const form = choices.length
    ? h("div", { class: "buttons" }, ...choices)
    : h(
        "form",
        {
          class: "row",
          onsubmit: (event) => {
            event.preventDefault();
            send(field.value);
          },
        },
        field,
        h("button", { class: "primary" }, "Answer"),
      );
  const until = deadline ? h("p", { class: "muted small" }, lapse(question, deadline)) : null;
  const there = question.clears ? h("p", {}, h("a", { href: "#desktop" }, "To the live desktop")) : null;
  const shown = question.artifact && find(question.artifact);
  const image = shown && isPicture(shown) ? h("img", { src: address(shown), alt: shown.name }) : null;
  const card = h(
    "section",
    { class: "card question", "aria-label": "Question" },
    h("h2", {}, "A question for you"),
    h("p", { class: "flow" }, question.text),
    image,
    there,
    form,
    until,
  );
  card.later = (moved) => until?.replaceChildren(lapse(question, moved));
  cards.set(id, card);
  $("questions").append(card);
}

function lapse(question, deadline) {
  const when = new Date(deadline).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return question.default == null
    ? `Open until ${when}.`
    : `Without an answer by ${when} it goes on with “${question.default}”.`;
}

const ENDS = ["run.succeeded", "run.failed", "run.cancelled"];
let finished = false;
const REACT = {
  "question.asked": (event) => ask(event.data.question),
  "question.answered": (event) => {
    cards.get(event.data.question_id)?.remove();
    cards.delete(event.data.question_id);
  },
  "question.postponed": (event) => cards.get(event.data.question_id)?.later(event.data.deadline),
  "artifact.saved": (event) => {
    add(event.data.artifact);
    $("output").replaceChildren(); // drawn anew, now with a link to this file
    if (isPicture(event.data.artifact)) picture = address(event.data.artifact);
  },
  "browser.acted": (event) => {
    if (event.data.artifact) picture = address(find(event.data.artifact) || { id: event.data.artifact });
  },
  "sandbox.opened": (event) => {
    if (event.data.profile === "desktop") on = true;
  },
  "sandbox.closed": () => {
    on = false;
  },
  "run.succeeded": () => {
    on = false;
  },
  "run.failed": () => {
    on = false;
  },
  "run.cancelled": () => {
    on = false;
  },
};

const waiting = [];

/** Draw what came in since the last frame at once. */
function flush() {
  for (const event of waiting.splice(0)) {
    REACT[event.type]?.(event);
    tell(event);
    if (event.type !== "model.delta") refresh();
  }
  if (on) desktop.open();
  else desktop.close(picture);
}

function take(event) {
  if (!waiting.length) setTimeout(flush, 30);
  finished ||= ENDS.includes(event.type);
  waiting.push(event);
}

const control = (action) => async () => {
  run = await call("POST", `${api}/control`, { action });
  draw();
};
pressed($("take"), control("take"));
pressed($("return"), control("return"));
$("stop").addEventListener("click", () => $("stop-dialog").showModal());
$("stop-dialog").addEventListener("close", async () => {
  if ($("stop-dialog").returnValue !== "stop") return;
  try {
    run = await call("POST", `${api}/cancel`);
    draw();
  } catch (problem) {
    notice(problem.message);
  }
});
$("retry").addEventListener("click", () => {
  $("retry-input").value = JSON.stringify(run.input, null, 2);
  $("retry-problem").hidden = true;
  $("retry-dialog").showModal();
});
$("retry-go").addEventListener("click", async (event) => {
  event.preventDefault();
  try {
    const again = await call("POST", `${api}/retry`, { input: JSON.parse($("retry-input").value) });
    location.assign(`/runs/${encodeURIComponent(again.id)}`);
  } catch (problem) {
    say(
      $("retry-problem"),
      problem instanceof SyntaxError ? `This is not JSON: ${problem.message}.` : problem.message,
    );
    $("retry-problem").hidden = false;
  }
});

draw();
if (on) desktop.open();
setInterval(tick, 1000);
const stopFollowing = follow((last) => `${api}/events?after=${last}`, take, {
  missed: refresh,
  complete: () => finished,
});
