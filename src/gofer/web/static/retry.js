// To run an errand again: its application's form with what it was asked last time, or JSON where no form fits.
import { $, call, data, say } from "./dom.js";
import { enliven, explain, fill, input } from "./form.js";

const api = `/api/v1/runs/${encodeURIComponent(data.run.id)}`;
const old = data.run.input;
const form = $("retry-dialog").querySelector("[data-app]");
let fits = false;

const isObject = (given) => given !== null && typeof given === "object" && !Array.isArray(given);

/** The JSON merge patch (RFC 7396) that makes one object of another. */
export function patch(before, after) {
  const changes = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]];
    if (is === undefined) changes[name] = null;
    else if (isObject(was) && isObject(is)) changes[name] = patch(was, is);
    else if (JSON.stringify(was) !== JSON.stringify(is)) changes[name] = is;
  }
  return changes;
}

function complain(message) {
  say($("retry-problem"), message ?? "");
  $("retry-problem").hidden = !message;
}

function open() {
  fits = Boolean(form) && fill(form, old);
  if (form) form.hidden = !fits;
  $("retry-whole").hidden = fits;
  $("retry-input").value = JSON.stringify(old, null, 2);
  complain(null);
  $("retry-dialog").showModal();
}

function whole() {
  try {
    return JSON.parse($("retry-input").value);
  } catch (problem) {
    complain(`This is not JSON: ${problem.message}.`);
    return null;
  }
}

async function again(event) {
  event.preventDefault();
  complain(null);
  const wanted = fits ? input(form) : whole();
  if (!wanted) return;
  try {
    const next = await call("POST", `${api}/retry`, { input: patch(old, wanted) });
    location.assign(`/runs/${encodeURIComponent(next.id)}`);
  } catch (problem) {
    if (!fits || !explain(form, problem.said || "")) complain(problem.message);
  }
}

if (form) enliven(form);
$("retry").addEventListener("click", open);
$("retry-go").addEventListener("click", again);
