// How a playbook stands: whether the next run of its errand replays it.
import { h } from "./dom.js";

/** A badge: colour by data-status, and always words. */
export function stands({ version, served, agreeing }) {
  if (!version) return h("span", { class: "badge" }, "Comes with gofer");
  if (served) return h("span", { class: "badge", "data-status": "succeeded" }, "Served");
  const so = agreeing === 1 ? "recorded once" : `${agreeing} runs agree`;
  return h("span", { class: "badge", "data-status": "waiting" }, agreeing ? `Not served, ${so}` : "Not served");
}
