// One errand: its state, its questions, its desktop and what can be done with it, fed by its events.
import { $, badge, call, confirmed, cost, count, data, ended, follow, h, may, parameters, pressed } from "./dom.js";
import { notice, say, short, title, took } from "./dom.js";
import { Desktop } from "./desktop.js";
import { figures } from "./figures.js";
import { add, address, find, isPicture } from "./files.js";
import { compare, develop, film, pictured, replaying, spend, waits } from "./film.js";
import { ask, blocked, postponed, settleAll, settled } from "./questions.js";
import { replayOf, value } from "./result.js";
import "./retry.js";
import { tell } from "./timeline.js";

let run = data.run;
const api = `/api/v1/runs/${encodeURIComponent(run.id)}`;
const desktop = new Desktop(run.id);
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
  $("stop").hidden = ended(run) || !may("run.cancel");
  $("retry").hidden = !ended(run) || !may("run.retry");
  if (ended(run)) $("stop-dialog").close(""); // there is nothing to stop any more
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
  compare(replayOf(run.output));
  replaying(run.output?.how === "playbook");
}

function refresh() {
  refreshing ||= setTimeout(async () => {
    refreshing = null;
    try {
      run = await call("GET", api);
      draw();
      figures(run, api);
    } catch (problem) {
      notice(problem.message);
    }
    if (ended(run) && finished) stopFollowing();
  }, 150);
}

const ENDS = ["run.succeeded", "run.failed", "run.cancelled"];
let finished = false;
const REACT = {
  "blocker.seen": (event) => blocked(event.data),
  "question.asked": (event) => ask(event.data.question, api),
  "question.answered": (event) => settled(event.data.question_id),
  "question.withdrawn": (event) => settled(event.data.question_id),
  "question.postponed": (event) => postponed(event.data),
  "model.finished": (event) => spend(event.data),
  "artifact.saved": (event) => {
    add(event.data.artifact);
    $("output").replaceChildren(); // drawn anew, now with a link to this file
    if (isPicture(event.data.artifact)) picture = address(event.data.artifact);
  },
  "browser.acted": (event) => {
    film(event);
    if (event.data.artifact) picture = address(find(event.data.artifact) || { id: event.data.artifact });
  },
  "sandbox.opened": (event) => {
    if (event.data.profile !== "desktop") return;
    on = true;
    desktop.gone = false;
  },
  "sandbox.closed": () => {
    on = false;
  },
  ...Object.fromEntries(ENDS.map((type) => [type, over])),
};

/** Nothing is shown live, and nothing is asked any more. */
function over() {
  on = false;
  settleAll();
}

const waiting = [];

/** Draw what came in since the last frame at once. */
function flush() {
  for (const event of waiting.splice(0)) {
    REACT[event.type]?.(event);
    waits(event);
    tell(event);
    if (event.type !== "model.delta") refresh();
  }
  if (on) desktop.open();
  else desktop.close(pictured() ? null : picture); // the strip ends with it
  place();
  develop(!ended(run));
}

const narrow = matchMedia("(max-width: 920px)");

/** The strip has the page's width, unless the live desktop or a small screen has something to show first. */
function place() {
  const inside = !$("desktop").hidden || narrow.matches;
  if (inside === $("film").parentElement.classList.contains("stage")) return;
  if (inside) $("fault").after($("film"));
  else $("columns").before($("film"));
}
narrow.addEventListener("change", place);

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
const stop = confirmed($("stop-dialog"), "stop", async () => {
  run = await call("POST", `${api}/cancel`);
  draw();
});
$("stop").addEventListener("click", stop);
say($("title"), short(title(run), 180));
document.title = `${short(title(run), 60)} · gofer`;
say($("given"), parameters(run));
$("given").hidden = !parameters(run);
draw();
if (on) desktop.open();
place();
figures(run, api);
setInterval(tick, 1000);
const stopFollowing = follow((last) => `${api}/events?after=${last}`, take, {
  missed: refresh,
  complete: () => finished,
});
