// The list of saved sessions, each of which can be forgotten.
import { $, ago, bytes, call, confirmed, data, h, may, notice, say } from "./dom.js";

let chosen = null;

function row(session) {
  const whose = session.principal === data.me ? null : `of ${session.principal}`;
  const meta = [`Saved ${ago(session.saved_at)}`, whose, bytes(session.size), `${session.versions} kept`];
  const by = h("a", { href: `/runs/${encodeURIComponent(session.saved_by)}` }, "its last errand");
  const forget = h("button", { class: "small", "aria-label": `Forget ${session.profile}` }, "Forget…");
  const item = h(
    "li",
    { class: "line" },
    h(
      "span",
      { class: "about" },
      h("span", { class: "title" }, session.profile),
      h("span", { class: "meta" }, ...meta.filter(Boolean).map((text) => h("span", {}, text)), by),
    ),
    may("session.delete") ? forget : null,
  );
  forget.addEventListener("click", () => {
    chosen = { session, item };
    say($("forget-name"), session.profile);
    ask();
  });
  return item;
}

const ask = confirmed($("forget-dialog"), "forget", async () => {
  const { session, item } = chosen;
  const path = `/api/v1/sessions/${encodeURIComponent(session.profile)}/delete`;
  await call("POST", path, session.principal === data.me ? {} : { principal: session.principal });
  item.remove();
  $("empty").hidden = Boolean($("sessions").firstElementChild);
  notice(`${session.profile} is forgotten.`);
});

$("sessions").append(...data.sessions.map(row));
$("empty").hidden = data.sessions.length > 0;
