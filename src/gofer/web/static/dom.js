// What every page uses: elements without innerHTML, calls to the API, live streams, and words for numbers.

export const data = JSON.parse(document.getElementById("data").textContent);
export const $ = (id) => document.getElementById(id);

/** Whether this login may ask for an operation; what it may not, no page offers. */
export const may = (operation) => data.may.includes(operation);

/** An element; strings become text, never markup. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Put text into an element, only when it changes, so that screen readers hear news only. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A link that leads out of gofer, where a text is an address of the web; else the text. */
export function outward(text) {
  if (!/^https?:\/\/[^\s<>"]+$/i.test(text) || !URL.canParse(text)) return text;
  return h("a", { href: text, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}

/** Call the API; throws an Error whose message has the next step. */
export async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (answer.status === 401) location.assign("/login");
  const said = await answer.json();
  if (!answer.ok) {
    const problem = new Error(`${said.error.message} ${said.error.next_step}`);
    throw Object.assign(problem, { said: said.error.message });
  }
  return said;
}

/** Show a sentence at the bottom for a while. */
export function notice(text) {
  const card = h("p", { class: "notice" }, text);
  $("notices").append(card);
  setTimeout(() => card.remove(), 8000);
}

/** Run a button's work once at a time and show what went wrong. */
export function pressed(button, work) {
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (problem) {
      notice(problem.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

/** Ask in a dialog before something is done; gives a function that opens it. Only its `value` means yes. */
export function confirmed(dialog, value, work) {
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== value) return;
    try {
      await work();
    } catch (problem) {
      notice(problem.message);
    }
  });
  return () => {
    dialog.returnValue = ""; // the last answer was to another question
    dialog.showModal();
  };
}

const LINK = { live: "Live", connecting: "Connecting", lost: "Reconnecting…", over: "Finished" };

/** Tell whether the page is up to date. */
export function link(state) {
  $("link").dataset.state = state;
  say($("link").lastElementChild, LINK[state]);
}

/**
 * Follow a stream of server-sent events. A hidden page lets go of its connection, since browsers allow few
 * to one host, and goes on after the last event when it is seen again. `address(last)` gives the URL;
 * `missed` is called when something may have been missed, `complete` says whether an end is the end.
 */
export function follow(address, take, { missed = () => {}, complete = () => false } = {}) {
  let source,
    last = 0,
    over = false,
    broken = true; // something may have happened since the page was made
  const open = () => {
    source = new EventSource(address(last));
    source.onopen = () => {
      link("live");
      if (broken) missed();
      broken = false;
    };
    source.onmessage = (message) => {
      if (message.lastEventId) last = Number(message.lastEventId);
      take(JSON.parse(message.data));
    };
    source.onerror = () => {
      if (over) return;
      if (complete()) return stop();
      broken = true;
      link("lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(ask, 2000);
    };
  };
  // A refused stream says not why: a call does, and leads to the login when the session is over.
  const ask = () => call("GET", "/api/v1/runs?limit=1").then(reopen, () => setTimeout(ask, 10000));
  const stop = () => {
    over = true;
    source.close();
    link("over");
  };
  const reopen = () => {
    if (!over && !document.hidden) {
      source.close();
      open();
    }
  };
  document.addEventListener("visibilitychange", () => {
    if (over) return;
    if (document.hidden) {
      source.close();
      broken = true;
    } else open();
  });
  open();
  return stop;
}

export const STATUS = {
  queued: "Queued",
  running: "Running",
  waiting: "Waiting",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Stopped",
};
const WAITS = {
  person: "Needs you",
  timer: "Waiting for a time",
  dependency: "Waiting for another errand",
  budget: "Waiting for budget",
};
export const ended = (run) => ["succeeded", "failed", "cancelled"].includes(run.status);

/** A run's state in words. */
export function state(run) {
  const own = (data.words[run.app] || {})[run.status];
  if (own) return own;
  if (run.status === "waiting" && run.controlled_by)
    return run.controlled_by === data.me ? "You have control" : `${run.controlled_by} has control`;
  if (run.status === "waiting" && run.waiting_for) return WAITS[run.waiting_for];
  if (run.status === "queued" && run.queue_position) return `Queued, place ${run.queue_position}`;
  return STATUS[run.status];
}

/** Fill a badge: colour by data-status, and always words. */
export function badge(element, run) {
  element.dataset.status = run.status;
  say(element, state(run));
  return element;
}

/** What a run is called. */
export function title(run) {
  const { goal, message, playbook } = run.input;
  const texts = [goal, message, called(playbook), ...Object.values(run.input)];
  return texts.find((text) => typeof text === "string" && text) || run.app;
}

/** A playbook's name, where that or its steps were given. */
function called(playbook) {
  if (typeof playbook !== "string") return playbook?.name;
  return playbook.match(/^name (\S+)$/m)?.[1] ?? playbook;
}

/** The beginning of a text, where it is longer than `most` letters. */
export const short = (text, most = 40) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** With which values a run was asked for, shortly: what tells two runs of one playbook apart. */
export function parameters(run) {
  const given = Object.entries(run.input.parameters ?? {}).filter(([, value]) => typeof value === "string");
  return given.map(([name, value]) => `${name.replaceAll("_", " ")}: ${short(value)}`).join(", ");
}

export const money = (usd) => (usd === 0 ? "$0" : usd < 0.01 ? "< 1 ¢" : `$${usd.toFixed(2)}`);
export const cost = (spent) => money(spent.usd) + (spent.unpriced_calls ? " + ?" : "");
export const count = (n) =>
  new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(n);
export const bytes = (n) =>
  n < 1000 ? `${n} bytes` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;

/** Seconds as people say them. */
export function span(seconds) {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** How long a run has been at it. */
export function took(run) {
  if (!run.started_at) return "–";
  const end = run.ended_at ? Date.parse(run.ended_at) : Date.now();
  const seconds = Math.max(0, end - Date.parse(run.started_at)) / 1000;
  return ended(run) || seconds >= 10 ? span(seconds) : `${Math.floor(seconds)} s`;
}

const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** A moment, seen from now. */
export function ago(moment) {
  const seconds = (Date.parse(moment) - Date.now()) / 1000;
  if (seconds > -45) return "just now";
  if (seconds > -3600) return AGO.format(Math.round(seconds / 60), "minute");
  return seconds > -86400
    ? AGO.format(Math.round(seconds / 3600), "hour")
    : AGO.format(Math.round(seconds / 86400), "day");
}

export const clock = (moment) =>
  new Date(moment).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
