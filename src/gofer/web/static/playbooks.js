// The list of playbooks, and a dialog to paste one that was written or exported elsewhere.
import { $, ago, call, data, h, may, say } from "./dom.js";
import { stands } from "./standing.js";

function row(playbook) {
  const whose = playbook.principal === data.me ? null : `of ${playbook.principal}`;
  const query = playbook.version && whose ? `?principal=${encodeURIComponent(playbook.principal)}` : "";
  const meta = [
    playbook.version ? `Version ${playbook.version}` : null,
    playbook.version ? playbook.why : null,
    playbook.version ? whose : null,
    playbook.updated_at && playbook.version ? ago(playbook.updated_at) : null,
  ];
  const about = h(
    "span",
    { class: "about" },
    h("span", { class: "title" }, playbook.name),
    h("span", { class: "meta" }, ...meta.filter(Boolean).map((text) => h("span", {}, text))),
  );
  const to = `/playbooks/${encodeURIComponent(playbook.name)}${query}`;
  return h("li", {}, h("a", { href: to }, about, stands(playbook)));
}

$("playbooks").append(...data.playbooks.map(row));
$("empty").hidden = data.playbooks.length > 0;

function complain(message) {
  say($("new-problem"), message ?? "");
  $("new-problem").hidden = !message;
}

const mine = (name) => data.playbooks.some((one) => one.name === name && one.version && one.principal === data.me);

async function keep() {
  const text = $("new-text").value;
  const name = $("new-name").value.trim() || text.match(/^name (\S+)$/m)?.[1];
  if (!text.trim()) return complain("The text of the playbook is missing.");
  if (!name) return complain("Give it a name.");
  if (mine(name)) return complain(`There is a playbook ${name} already: edit that one, or choose another name.`);
  const to = `/playbooks/${encodeURIComponent(name)}`;
  try {
    await call("POST", `/api/v1${to}`, { text });
    location.assign(to);
  } catch (problem) {
    complain(problem.message);
  }
}

if (may("playbook.save")) {
  $("new").addEventListener("click", () => $("new-dialog").showModal());
  $("new-leave").addEventListener("click", () => $("new-dialog").close());
  $("new-form").addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });
}
