// What the run did and cost, as numbers: pages, requests, bytes, tokens, money, and how long each step took.
import { $, bytes, call, count, ended, h, money, say, span } from "./dom.js";
import { inner, worded } from "./steps.js";
import { sheet } from "./tables.js";

const EVERY = 4000;
let asked = -EVERY;
let timings = [];

/** Ask for the figures, at most every few seconds while the run goes on, and once when it has ended. */
export async function figures(run, api) {
  if (!ended(run) && performance.now() - asked < EVERY) return;
  asked = performance.now();
  try {
    draw(await call("GET", `${api}/metrics`));
  } catch {
    // They are an extra: the page is whole without them, and what is wrong with gofer it says elsewhere.
  }
}

function draw(metrics) {
  const { pages, requests, refused, sent, received } = metrics;
  const steps = metrics.steps.filter(({ name }) => !inner(name));
  const facts = {
    "Pages loaded": pages && count(pages),
    Requests: requests && count(requests) + (refused ? `, ${count(refused)} refused` : ""),
    Received: received && bytes(received),
    Sent: sent && bytes(sent),
    "Tokens in": metrics.input_tokens && count(metrics.input_tokens),
    "Tokens out": metrics.output_tokens && count(metrics.output_tokens),
    Money: (metrics.input_tokens || metrics.usd) && money(metrics.usd),
    "Steps of the run, with reading and saving": steps.length && `${steps.length} in ${span(total(steps))}`,
  };
  const there = Object.entries(facts).filter(([, text]) => text);
  const told = there.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text)));
  $("metrics").replaceChildren(...told);
  $("figures").hidden = !there.length;
  timings = steps;
  $("timings").hidden = !timings.length;
  if ($("timings").open) unfold();
}

const total = (steps) => steps.reduce((sum, { seconds }) => sum + seconds, 0);

/** The table of timings, drawn only for who looks at it. */
function unfold() {
  const row = ({ name, seconds }) => [worded(name), seconds.toFixed(2)];
  const rows = timings.map(row);
  const about = { label: "Time of each step", name: "timings.csv" };
  $("timing").replaceChildren(sheet([["Step", "Seconds"], ...rows], about));
}

$("timings").addEventListener("toggle", () => $("timings").open && unfold());
say($("timings").firstElementChild, "Time of each step");
