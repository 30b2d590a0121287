// Events as a story: one line each, a model's text as it flows, tools folded, pictures beside what they show.
import { $, bytes, clock, h, money, say, span } from "./dom.js";
import { address, find } from "./files.js";
import { fallback } from "./questions.js";
import { inner, worded } from "./steps.js";

const turns = new Map(),
  tools = new Map(),
  steps = new Map(),
  files = new Map();
let last = { name: "", item: null };
let acts = 0; // numbered as the film strip numbers them
let asked = null;
const CUT = 200; // a reason that is this long goes on in the question
const WAITS = {
  person: "Waits for you",
  timer: "Waits for a time",
  dependency: "Waits for another errand",
  budget: "Waits for budget",
};
const HOW = {
  new: "A fresh computer is on",
  reattached: "Back on the same computer",
  moved: "On a new computer",
};

function add(event, kind, ...children) {
  const time = h("time", { datetime: event.at, title: event.at }, clock(event.at));
  const item = h(
    "li",
    { class: kind, "data-type": event.type },
    h("div", { class: "what" }, ...children),
    time,
  );
  $("timeline").append(item);
  $("quiet").hidden = true;
  return item;
}

const line = (kind, words) => (event) => add(event, kind, h("p", {}, words(event.data)));

function stepped(event) {
  const { name } = event.data;
  if (inner(name)) return;
  const took = h("span", { class: "muted small" });
  add(event, "step", h("h3", {}, worded(name)), took);
  steps.set(name, took);
  last = { name, item: took.parentElement };
}

function turn(event) {
  const old = turns.get(event.data.turn);
  if (old) {
    old.text.data = "";
    return;
  }
  const text = document.createTextNode(""),
    foot = h("p", { class: "muted small" }, event.data.model);
  add(event, "model", h("p", { class: "flow" }, text), foot);
  turns.set(event.data.turn, { text, foot });
}

function delta(event) {
  if (!turns.has(event.data.turn)) turn({ ...event, data: { turn: event.data.turn, model: "" } });
  turns.get(event.data.turn).text.appendData(event.data.text);
}

function replied(event) {
  const { model, usd, input_tokens: input, output_tokens: output } = event.data;
  const price = usd == null ? "price unknown" : money(usd);
  const foot = turns.get(event.data.turn)?.foot;
  if (foot) say(foot, `${model} · ${input} in, ${output} out · ${price}`);
}

const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function called(event) {
  const mark = h("span", { class: "mark" }, "running"),
    result = h("pre", {});
  const summary = h("summary", {}, h("code", {}, event.data.tool), mark);
  add(event, "tool", h("details", {}, summary, h("pre", {}, pretty(event.data.arguments)), result));
  tools.set(event.data.call, { mark, result });
}

function returned(event) {
  const tool = tools.get(event.data.call);
  if (!tool) return;
  say(tool.mark, `${event.data.ok ? "ok" : "not possible"} · ${span(event.data.seconds)}`);
  tool.mark.dataset.ok = event.data.ok;
  say(tool.result, event.data.result);
}

/** Its picture, time and cost are on the film strip. */
function acted(event) {
  const picture = event.data.artifact && find(event.data.artifact);
  if (picture) files.get(picture.id)?.remove();
  const about = event.data.url ? h("p", { class: "muted small url" }, event.data.url) : "";
  const number = h("b", { class: "number", title: "Its number on the film strip" }, `${(acts += 1)}`);
  // A step that is this one action says the same words: told once.
  if (last.name.endsWith(event.data.sentence)) {
    last.item.prepend(number);
    last.item.append(about);
  } else add(event, "act", h("p", {}, number, event.data.sentence), about);
  last = { name: "", item: null };
}

/** The question was told just before, whole. */
function waited({ waiting_for: what, reason }) {
  if (asked?.text.startsWith(reason)) return WAITS[what];
  return `${WAITS[what]}: ${reason}${reason.length >= CUT ? "…" : ""}`;
}

function questioned({ question: { question } }) {
  asked = question;
  return `Asks: ${question.text}`;
}

function saved(event) {
  const file = event.data.artifact;
  const item = add(
    event,
    "saved",
    h("p", {}, "Saved ", h("a", { href: address(file) }, file.name), ` (${bytes(file.size)})`),
  );
  files.set(file.id, item);
}

function kept(event) {
  const { name, version, served, why } = event.data;
  const link = h("a", { href: `/playbooks/${encodeURIComponent(name)}?version=${version}` }, `playbook ${name}`);
  const then = served ? "the next run replays it" : "not replayed yet";
  add(event, "saved", h("p", {}, "Kept as the ", link, `, version ${version} (${why}); ${then}`));
}

const trouble = (kind) => kind.replaceAll("_", " ").replace("captcha", "CAPTCHA").replace("mfa", "second factor");

const DRAW = {
  "run.queued": line("mild", () => "Accepted"),
  "run.started": line("mild", (data) =>
    data.attempt > 1 ? `Started again, attempt ${data.attempt}` : "Started",
  ),
  "run.recovered": line("mild", () => "Went on after a worker died"),
  "run.waiting": line("wait", waited),
  "run.resumed": line("mild", () => "Goes on"),
  "run.retrying": line("bad", (data) => `${data.error.message} Tries again in ${span(data.delay_seconds)}.`),
  "run.succeeded": line("good", () => "Done"),
  "run.failed": line("bad", (data) => data.error.message),
  "run.cancelled": line("bad", (data) => `Stopped by ${data.by}`),
  "step.started": stepped,
  "step.finished": (event) => {
    const took = steps.get(event.data.name);
    if (took) say(took, span(event.data.seconds));
  },
  said: line("said", (data) => data.text),
  "model.started": turn,
  "model.delta": delta,
  "model.finished": replied,
  "tool.started": called,
  "tool.finished": returned,
  "question.asked": line("wait", questioned),
  "question.answered": line("said", (data) =>
    data.by === "timeout"
      ? `Nobody answered in time; goes on with “${asked ? fallback(asked) : data.answer}”`
      : data.by === "itself"
        ? `${data.answer}; it goes on by itself`
        : `${data.by} answered “${data.answer}”`,
  ),
  "question.postponed": line("mild", (data) => `${data.by} gave it more time`),
  "question.withdrawn": line("mild", () => "Needs no answer any more"),
  "blocker.seen": line("wait", (data) => `Blocked: ${trouble(data.blocker.kind)} at ${data.url}`),
  "blocker.gone": line("mild", (data) => `The blocker: ${data.how}, after ${span(data.seconds)}`),
  "sandbox.opened": line("mild", (data) => `${HOW[data.how]} (${span(data.seconds)})`),
  "sandbox.closed": line("mild", () => "The computer is off"),
  "egress.refused": line("wait", (data) => `Not allowed to reach ${data.host}:${data.port}: ${data.reason}`),
  "browser.acted": acted,
  "playbook.saved": kept,
  "session.restored": line("mild", (data) => `The browser knows what it knew: profile ${data.profile}`),
  "session.fresh": line("mild", (data) => `The browser begins fresh, profile ${data.profile}: ${data.reason}`),
  "session.saved": line("mild", (data) => `What the browser knows is kept: profile ${data.profile}`),
  "session.unsaved": line("wait", (data) => `What the browser knows was not kept: ${data.reason}`),
  "artifact.saved": saved,
  "viewer.joined": line("mild", (data) => `${data.who} is watching`),
  "viewer.left": line("mild", (data) => `${data.who} stopped watching`),
  "control.taken": line("wait", (data) => `${data.who} took control`),
  "control.returned": line("mild", (data) =>
    data.who === "timeout" ? "Nobody was watching; the agent has control again" : `${data.who} handed back`,
  ),
};

/** Put one event into the story. */
export function tell(event) {
  (DRAW[event.type] || line("mild", () => event.type))(event);
}
