// SPDX-License-Identifier: Apache-2.0
// The slider through the history, and the way to a moment by its time. Its steps are positions: each is one event, so
// that a quiet night takes no room and no event is too near to another one to be told from it.
import {get, lines} from "./ledger.js";
import {full, say} from "./words.js";

const settle_ms = 350; // as the arrow keys go from one to the next

export class Moment {
  /// `go(position)` is called when somebody has chosen a moment.
  constructor(go) {
    this.go = go;
    this.slider = document.getElementById("slider");
    this.output = document.getElementById("moment");
    this.time = "";
    this.sliding = null;
    this.slider.addEventListener("input", () => this.preview());
    this.slider.addEventListener("change", () => this.settle());
    document.getElementById("before").addEventListener("click", () => this.step(-1));
    document.getElementById("after").addEventListener("click", () => this.step(1));
    document.getElementById("jump").addEventListener("submit", (event) => {
      event.preventDefault();
      this.jump(document.getElementById("jump-time").value);
    });
  }

  /// Where the board stands: at the event of this position and time, of a ledger that goes up to head.
  show(position, time, head) {
    if (this.sliding) return; // somebody holds it
    this.slider.max = String(Math.max(1, head));
    this.slider.value = String(position);
    this.slider.disabled = head < 1;
    this.write(position, time);
  }

  write(position, time) {
    this.time = time;
    const words = say("moment", {n: position, head: Number(this.slider.max)});
    this.output.textContent = time ? `${full(time)} · ${words}` : words;
    this.slider.setAttribute("aria-valuetext", this.output.textContent);
  }

  step(by) {
    const to = Number(this.slider.value) + by;
    if (to < 1 || to > Number(this.slider.max)) return;
    this.slider.value = String(to);
    this.preview();
    this.settle();
  }

  // While it slides only the time of the event is asked for, one at a time.
  async preview() {
    this.sliding ??= {};
    const own = this.sliding;
    this.write(Number(this.slider.value), "");
    if (own.asking) return;
    own.asking = true;
    for (let asked = null; asked !== this.slider.value && this.sliding === own; ) {
      asked = this.slider.value;
      const time = await time_of(Number(asked)).catch(() => "");
      if (this.slider.value === asked && this.sliding === own) this.write(Number(asked), time);
    }
    own.asking = false;
  }

  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.sliding = null;
      this.go(Number(this.slider.value));
    }, settle_ms);
  }

  async jump(local) {
    const time = local.length === 16 ? `${local}:00Z` : `${local}Z`;
    try {
      const {position} = await get("/vols", [["as_of", time], ["limit", 1]]);
      this.go(Math.max(1, position));
    } catch (error) {
      this.output.textContent = error.message;
    }
  }
}

/// The time of the event at a position; empty where there is none.
export async function time_of(position, signal) {
  if (position < 1) return "";
  const [event] = await lines("/events", [["from", position], ["to", position]], signal);
  return event?.time ?? "";
}
