// The live desktop: noVNC, scaled to the page, with keyboard and mouse only while control is held.
import { $, call, data, h, may, say } from "./dom.js";

const WATCHING = "You are watching. The agent has the keyboard and mouse.";
const HOLDING = "You have the keyboard and mouse. The agent waits. Ctrl+Alt+Enter hands back.";
const RETURN = 0xff0d;
const OVER = 1001; // how the server closes a connection whose desktop has ended
const GONE = 5000; // by then the run says what became of its desktop

export class Desktop {
  constructor(run) {
    this.run = run;
    this.rfb = null;
    this.wanted = false;
    this.tries = 0;
    this.gone = false;
    $("type").addEventListener("submit", (event) => {
      event.preventDefault();
      this.type($("type-text").value);
      $("type-text").value = "";
    });
    addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey && event.altKey && event.key === "Enter" && !$("return").hidden) {
          event.preventDefault();
          event.stopPropagation();
          $("return").click();
        }
      },
      true,
    );
  }

  /** Show the desktop of a run that has one. */
  async open() {
    this.wanted = true;
    $("desktop").hidden = false;
    $("columns").classList.add("wide");
    if (!data.desktop.installed)
      return this.note("The live view needs noVNC: run `make setup`, or install the package novnc.");
    if (!this.rfb && !this.gone) await this.connect();
  }

  async connect() {
    try {
      const { default: RFB } = await import("/novnc/core/rfb.js");
      const { path } = await call("POST", `/runs/${encodeURIComponent(this.run)}/vnc-ticket`);
      if (this.wanted && !this.rfb) this.watch(RFB, path);
    } catch (problem) {
      this.lost();
    }
  }

  watch(RFB, path) {
    const base = location.origin.replace(/^http/, "ws");
    const socket = new WebSocket(base + path);
    socket.addEventListener("close", ({ code }) => (this.gone = code === OVER));
    const rfb = (this.rfb = new RFB($("screen"), socket, { shared: true }));
    Object.assign(rfb, {
      scaleViewport: true,
      viewOnly: true,
      background: "transparent",
      showDotCursor: true,
    });
    rfb.addEventListener("connect", () => {
      this.tries = 0;
      this.note("");
      this.control(this.held);
    });
    rfb.addEventListener("disconnect", () => {
      this.rfb = null;
      this.lost();
    });
  }

  /** The connection is gone: try again while the run still has a desktop. */
  lost() {
    if (!this.wanted) return;
    this.tries += 1;
    this.note(
      this.tries > 5
        ? "The desktop cannot be reached from here. What happens goes on below."
        : "Connecting to the desktop…",
    );
    if (this.tries <= 5) setTimeout(() => this.again(), this.gone ? GONE : 500 * this.tries);
  }

  again() {
    this.gone = false;
    if (this.wanted && !this.rfb) this.connect();
  }

  /** The computer is off: keep its last picture, if there is one. */
  close(picture) {
    this.wanted = false;
    this.rfb?.disconnect();
    this.rfb = null;
    this.control(false);
    $("take").hidden = true;
    say(
      $("control-note"),
      picture ? "The computer is off. This is its last picture." : "The computer is off.",
    );
    if (!picture && $("desktop").hidden) return;
    $("desktop").hidden = !picture;
    if (picture) $("screen").replaceChildren(h("img", { src: picture, alt: "The desktop's last picture" }));
    $("columns").classList.toggle("wide", Boolean(picture));
  }

  note(text) {
    say($("screen-note"), text);
    $("screen-note").hidden = !text;
  }

  /** Whether this viewer's keyboard and mouse reach the desktop; `holder` is somebody else's name, if any. */
  control(held, holder) {
    this.held = held;
    if (this.rfb) this.rfb.viewOnly = !held;
    $("desktop").classList.toggle("held", held);
    $("take").hidden = held || Boolean(holder) || !may("run.control");
    $("return").hidden = $("type").hidden = !held;
    say($("control-note"), held ? HOLDING : holder ? `${holder} has the keyboard and mouse.` : WATCHING);
    if (held) this.rfb?.focus();
  }

  /** Send text as key presses, for phones and for pasting. */
  type(text) {
    for (const letter of text) {
      const point = letter.codePointAt(0);
      this.rfb?.sendKey(point < 0x100 ? point : 0x1000000 | point, null);
    }
    if (!text) this.rfb?.sendKey(RETURN, "Enter");
  }
}
