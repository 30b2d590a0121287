// The errand as a film strip: each step of the browser as a frame with its sentence, its picture, time and cost.
import { $, clock, h, money, outward, say, span } from "./dom.js";
import { address, claim, find } from "./files.js";

const NAMES = { playbook: "Replayed", healed: "Healed", model: "By the model" };
const ON_PURPOSE = ["picture", "screenshot"]; // these pictures are results, and stay among the files
const frames = [];
const fresh = [];
let paid = null;
let told = null;
let stands = null;
let waited = 0;
let replays = false;
let open = 0;

/** What the model was paid since the last step belongs to the step that it found. */
export function spend({ usd }) {
  if (usd != null) paid = (paid ?? 0) + usd;
}

/** How long the run waited for a person, which is no time of its replay. */
export function waits({ type, at, data }) {
  if (type === "run.waiting" && data.waiting_for === "person") stands = Date.parse(at);
  if (stands === null || !["run.resumed", "run.succeeded", "run.failed"].includes(type)) return;
  waited += (Date.parse(at) - stands) / 1000;
  stands = null;
}

/** One more step; it is drawn with the next `develop`. */
export function film(event) {
  const known = event.data.artifact && (find(event.data.artifact) || { id: event.data.artifact });
  if (known?.name && !ON_PURPOSE.includes(event.data.action)) claim(known);
  const { by } = event.data;
  const usd = event.data.usd ?? (by === "playbook" ? 0 : paid);
  if (by !== "playbook") paid = null;
  replays ||= by === "playbook";
  const picture = known && address(known);
  const frame = { ...event.data, at: event.at, usd, picture, number: frames.length + 1 };
  frames.push(frame);
  fresh.push(frame);
}

/** Whether the steps of this run are a playbook's: then what a model does in between mends it. */
export function replaying(does) {
  if (!does || replays) return;
  replays = true;
  frames.forEach(mark);
  sum();
}

/** Whether there is any picture on the strip. */
export const pictured = () => frames.some(({ picture }) => picture);

const maker = (frame) => (replays && frame.by === "model" ? "healed" : frame.by);

/** Put the new frames on the strip at once; while it is live, who looks at its end goes on looking at its end. */
export function develop(live) {
  if (!fresh.length) return;
  const strip = $("frames");
  const following = live && atEnd(strip);
  strip.append(...fresh.splice(0).map(draw));
  frames.forEach(mark);
  $("film").hidden = false;
  sum();
  if (following) strip.scrollTo(strip.scrollWidth, strip.scrollHeight);
}

const atEnd = (strip) =>
  strip.scrollLeft + strip.clientWidth >= strip.scrollWidth - 60 &&
  strip.scrollTop + strip.clientHeight >= strip.scrollHeight - 60;

function draw(frame) {
  frame.badge = h("span", { class: "maker" });
  frame.button = h(
    "button",
    {
      class: "shot",
      type: "button",
      tabindex: frame.number === 1 ? "0" : "-1",
      "aria-haspopup": "dialog",
      "aria-label": frame.picture ? null : frame.sentence,
      onclick: () => enlarge(frame.number - 1),
    },
    shot(frame),
  );
  const about = h("p", { class: "about" }, frame.badge, h("span", {}, span(frame.seconds)), cost(frame));
  const number = h("b", {}, `${frame.number}`);
  const words = h("p", { class: "words", title: frame.sentence }, number, frame.sentence);
  return h("li", { class: "frame" }, frame.button, words, about);
}

const cost = (frame) => (frame.usd == null ? null : h("span", {}, money(frame.usd)));
const blank = () => h("span", { class: "blank", "aria-hidden": "true" }, "No picture");

function shot(frame) {
  if (!frame.picture) return blank();
  const image = h("img", { alt: frame.sentence, loading: "lazy", decoding: "async", width: 320, height: 200 });
  image.addEventListener("error", () => {
    frame.button.setAttribute("aria-label", frame.sentence);
    image.replaceWith(blank());
  });
  image.src = frame.picture; // last: a lazy picture must know that it is one
  return image;
}

function mark(frame) {
  if (!frame.badge || frame.badge.dataset.by === maker(frame)) return;
  frame.badge.dataset.by = maker(frame) ?? "";
  frame.badge.hidden = !maker(frame);
  say(frame.badge, NAMES[maker(frame)] ?? "");
}

const count = (by) => frames.filter((frame) => maker(frame) === by).length;
const many = (n) => `${n} ${n === 1 ? "step" : "steps"}`;

function sum() {
  const parts = Object.entries({ playbook: "replayed", healed: "healed", model: "by the model" });
  const some = parts.map(([by, word]) => [count(by), word]).filter(([n]) => n);
  say($("film-sum"), [many(frames.length), ...some.map(([n, word]) => `${n} ${word}`)].join(" · "));
  against();
}

/** What a whole replay cost against the run that it was recorded in. */
export function compare(replay) {
  if (!replay || told) return;
  told = replay;
  replaying(true);
  against();
}

/** The comparison counts the steps of the strip, where there is one. */
function against() {
  if (!told) return;
  const first = (text) => `against ${text} in the first run`;
  const replayed = frames.length ? count("playbook") : told.replayed;
  $("replay").replaceChildren(
    h("b", {}, `Replayed ${many(replayed)}, healed ${told.healed.length}`),
    `, cost ${money(told.usd)}`,
    told.first_usd == null ? "" : ` ${first(money(told.first_usd))}`,
    `, took ${span(Math.max(0, told.seconds - waited))}`,
    told.first_seconds == null ? "" : ` against ${span(told.first_seconds)}`,
    waited >= 1 ? `, and waited ${span(waited)} for a person` : "",
    ".",
    ...named(told),
  );
  $("mended").replaceChildren(...told.healed.map((one) => h("li", {}, `${place(one)}: ${one.why}`, price(one))));
  $("mended").hidden = !told.healed.length;
  $("replay").hidden = false;
}

/** Where a mended step of the playbook stands on the strip. */
function place({ step }) {
  const same = frames.filter((frame) => frame.step === step);
  const frame = same.find((one) => maker(one) === "healed") ?? same[0];
  return frame ? `Step ${frame.number}` : `The playbook's step ${step}`;
}

const price = (one) => (one.usd == null ? "" : ` (${money(one.usd)})`);

function named(replay) {
  if (!replay.playbook) return [];
  const version = replay.version ? `, version ${replay.version}` : "";
  const query = replay.version ? `?version=${replay.version}` : "";
  const to = `/playbooks/${encodeURIComponent(replay.playbook)}${query}`;
  return [" Playbook ", h("a", { href: to }, replay.playbook + version), "."];
}

/** Show one frame as large as there is room. */
function enlarge(at) {
  open = at;
  const frame = frames[at];
  $("frame-picture").replaceChildren(
    frame.picture
      ? h("img", { src: frame.picture, alt: frame.sentence })
      : h("p", { class: "blank" }, "No picture"),
  );
  say($("frame-title"), frame.sentence);
  const facts = [`Step ${frame.number} of ${frames.length}`, NAMES[maker(frame)], span(frame.seconds)];
  const price = frame.usd == null ? null : money(frame.usd);
  say($("frame-about"), [...facts, price, clock(frame.at)].filter(Boolean).join(" · "));
  $("frame-url").replaceChildren(outward(frame.url));
  $("frame-back").disabled = at === 0;
  $("frame-on").disabled = at === frames.length - 1;
  if (!$("frame-dialog").open) $("frame-dialog").showModal();
}

/** One step on or back, by its picture's keys or in the large view. */
function reach(at) {
  frames.forEach(({ button }, n) => button.setAttribute("tabindex", n === at ? "0" : "-1"));
  frames[at].button.focus();
  frames[at].button.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const KEYS = {
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: () => frames.length - 1,
};

function step(event, at, go) {
  const to = KEYS[event.key]?.(at);
  if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  if (frames[to]) go(to);
}

$("frames").addEventListener("keydown", (event) =>
  step(
    event,
    frames.findIndex(({ button }) => button === event.target),
    reach,
  ),
);
$("frame-dialog").addEventListener("keydown", (event) => step(event, open, enlarge));
$("frame-dialog").addEventListener("click", (event) => {
  if (event.target === $("frame-dialog")) $("frame-dialog").close(); // beside it
});
$("frame-dialog").addEventListener("close", () => reach(open));
$("frame-back").addEventListener("click", () => enlarge(open - 1));
$("frame-on").addEventListener("click", () => enlarge(open + 1));
$("frame-close").addEventListener("click", () => $("frame-dialog").close());
