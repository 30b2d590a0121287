// The list of playbooks.
import { $, ago, data, h } from "./dom.js";
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
