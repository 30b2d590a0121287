// What a run asks a person: the question, what it is about, its answers, and how long there is to give one.
import { $, call, h, may, notice, say, span } from "./dom.js";
import { address, find, isPicture } from "./files.js";

const NOT_YOURS = "This login may look on, but not answer.";
const cards = new Map();
let blocker = null;

const SIGNS = {
  status: "The server answered",
  header: "The answer has the header",
  url: "The address has",
  frame: "The page holds a frame from",
  script: "The page runs a script from",
  marker: "The page has the mark",
  field: "The page has the field",
  text: "The page says",
  progress: "So far:",
};

/** Remember what stands in the way: the question that follows is about it. */
export const blocked = (data) => (blocker = data);

/** Show a question until it is answered; asked again, it takes the place of what it was. */
export function ask(asked, api) {
  const { question, id } = asked;
  settled(id);
  const send = sender(api, id);
  const left = h("p", { class: "muted small", role: "timer" });
  const card = h(
    "section",
    { class: "card question", "aria-label": "Question" },
    h("h2", {}, question.clears ? "The errand is stuck and needs you" : "A question for you"),
    h("p", { class: "flow" }, question.text),
    question.clears && blocker ? evidence(blocker) : null,
    question.clears ? there() : null,
    may("run.answer") ? answers(question, send) : h("p", { class: "muted" }, NOT_YOURS),
    left,
    picture(question),
  );
  cards.set(id, { card, left, question, deadline: asked.deadline });
  $("questions").append(card);
  tick();
}

/** The question is settled. */
export function settled(id) {
  cards.get(id)?.card.remove();
  cards.delete(id);
}

/** Nothing is asked any more. */
export const settleAll = () => [...cards.keys()].forEach(settled);

/** Somebody gave it more time. */
export function postponed({ question_id: id, deadline }) {
  if (cards.has(id)) cards.get(id).deadline = deadline;
  tick();
}

const sender = (api, id) => async (answer) => {
  try {
    await call("POST", `${api}/answers`, { answer, question_id: id });
  } catch (problem) {
    notice(problem.message);
  }
};

const answers = (question, send) => (question.choices.length ? choices(question, send) : writing(send));

function choices(question, send) {
  const isMore = (choice) => choice in (question.postpones ?? {});
  const look = (choice, n) => (n ? (isMore(choice) ? "quiet" : "") : "primary");
  const button = (choice, n) =>
    h("button", { type: "button", class: look(choice, n), onclick: () => send(choice) }, choice);
  return h("div", { class: "buttons" }, ...question.choices.map(button));
}

function writing(send) {
  const field = h("input", { name: "answer", required: true, autocomplete: "off", "aria-label": "Your answer" });
  const sent = (event) => {
    event.preventDefault();
    send(field.value);
  };
  return h("form", { class: "row", onsubmit: sent }, field, h("button", { class: "primary" }, "Answer"));
}

function picture(question) {
  const shown = question.artifact && find(question.artifact);
  if (!shown || !isPicture(shown)) return null;
  const image = h("img", { src: address(shown), alt: "What the browser shows" });
  return h("a", { class: "seen", href: address(shown), "aria-label": "What the browser shows, in full" }, image);
}

/** Why gofer thinks that it is stuck, in words. */
function evidence({ blocker: { kind, vendor, evidence: signs, confidence } }) {
  const name = kind.replaceAll("_", " ").replace("captcha", "CAPTCHA").replace("mfa", "second factor");
  const what = vendor ? `${name} by ${vendor}` : name;
  const told = signs.map(({ source, value }) => h("li", {}, `${SIGNS[source] ?? source} `, h("code", {}, value)));
  const sure = `${Math.round(confidence * 100)} % sure`;
  const summary = h("summary", {}, `Why: ${what}, ${sure}`);
  return h("details", { class: "why" }, summary, h("ul", { class: "sentences small" }, ...told));
}

/** The way to the desktop, where there is one to see. */
function there() {
  const link = h("a", { href: "#desktop", class: "there" }, "Go to the live desktop");
  link.addEventListener("click", () => setTimeout(() => $("take").focus({ preventScroll: true })));
  return h("p", { class: "to-desktop" }, link);
}

/** Let every deadline count down. */
function tick() {
  for (const one of cards.values()) {
    say(one.left, one.deadline ? lapse(one) : "");
    one.left.hidden = !one.deadline;
  }
  document.querySelectorAll(".to-desktop").forEach((part) => (part.hidden = $("desktop").hidden));
}

function lapse({ question, deadline }) {
  const when = new Date(deadline).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const seconds = Math.max(0, (Date.parse(deadline) - Date.now()) / 1000);
  const left = `${span(Math.floor(seconds)).replace(/\.0 s$/, " s")} left, until ${when}.`;
  return question.default == null ? left : `${left} If nobody answers: “${fallback(question)}”.`;
}

/** What happens when nobody answers, as the button for it says: giving up is what the last of them does. */
export function fallback({ default: given, choices, clears, postpones }) {
  if (!clears || choices.includes(given)) return given;
  return choices.slice(1).findLast((choice) => !(choice in (postpones ?? {}))) ?? given;
}

setInterval(tick, 1000);
