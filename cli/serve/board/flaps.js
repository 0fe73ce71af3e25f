// SPDX-License-Identifier: Apache-2.0
// A line of split flaps. Where a character changes its flap turns, through a few others on the way as the drum of a real
// board does. The flaps are for the eye alone: their element is aria-hidden, and the text stands beside it.

const drum = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:-.";
const most_steps = 4;
const most_turning = 240; // beyond this a small machine no longer keeps up; the rest changes at once
const most_near = 60;     // of these, in the costlier way of a real flap
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const graphemes = new Intl.Segmenter();
const ways = new WeakMap(); // a flap that turns → the characters that it still has to show
let turning = 0;

function characters(text, width) {
  // One more than fit is enough to know that it is too long; a numero or name is short, a hostile one may not be.
  const all = Array.from(graphemes.segment(text.slice(0, 400)), (part) => part.segment);
  if (all.length > width) all.splice(width - 1, all.length, "…");
  while (all.length < width) all.push(" ");
  return all;
}

// From one character to another as the drum turns: never backwards, and never longer than most_steps.
function way(from, to) {
  const [start, end] = [drum.indexOf(from), drum.indexOf(to)];
  if (start < 0 || end < 0) return [to];
  const distance = (end - start + drum.length) % drum.length;
  const steps = Math.min(distance, most_steps);
  return Array.from({length: steps}, (_, i) => drum[(start + Math.round((distance * (i + 1)) / steps)) % drum.length]);
}

function step(flap) {
  const rest = ways.get(flap);
  if (rest.length === 0) {
    ways.delete(flap);
    turning--;
    flap.className = "flap";
    delete flap.dataset.old;
    return;
  }
  flap.dataset.old = flap.textContent;
  flap.textContent = rest.shift();
  flap.className = `flap ${flap.classList.contains("turn-a") ? "turn-b" : "turn-a"}${turning > most_near ? "" : " near"}`;
}

// It stands where it was turning to.
function settle(flap) {
  const rest = ways.get(flap);
  if (rest?.length) flap.textContent = rest.at(-1);
  ways.set(flap, []);
  step(flap);
}

for (const [name, next] of [["animationend", step], ["animationcancel", settle]])
  document.addEventListener(name, (event) => {
    if (event.pseudoElement === "::after" && ways.has(event.target)) next(event.target);
  });

export class Flaps {
  constructor(width) {
    this.width = width;
    this.shown = null;
    this.element = document.createElement("span");
    this.element.className = "flaps";
    this.element.setAttribute("aria-hidden", "true");
    for (let i = 0; i < width; i++) {
      const flap = document.createElement("span");
      flap.className = "flap";
      flap.textContent = " ";
      this.element.append(flap);
    }
  }

  set(text) {
    if (text === this.shown) return;
    this.shown = text;
    const still = reduced.matches || document.hidden;
    characters(text, this.width).forEach((character, i) => {
      const flap = this.element.children[i];
      const moving = ways.has(flap);
      if (still || (!moving && turning >= most_turning)) {
        if (moving) settle(flap);
        flap.textContent = character;
        return;
      }
      if (!moving && flap.textContent === character) return;
      ways.set(flap, way(flap.textContent, character));
      if (moving) return; // the step under way goes on to the new end
      turning++;
      step(flap);
    });
  }

  /// Before it leaves the page: what turns would never be heard of again.
  stop() {
    for (const flap of this.element.children) if (ways.has(flap)) settle(flap);
  }
}
