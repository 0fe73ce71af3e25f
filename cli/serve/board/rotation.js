// SPDX-License-Identifier: Apache-2.0
// The rotation of each avion that the board shows: a lane an avion, its flights on a common axis of time.
import {get} from "./ledger.js";
import {day, hour, say} from "./words.js";

const most_lanes = 12, most_flights = 500;
const hour_ms = 3_600_000;
const now_percent = 94; // where on the axis the latest movement is
const tick_hours = {6: 1, 24: 3, 72: 12, 168: 24};

function keyed(parent, map, key, name, className) {
  if (!map.has(key)) {
    const element = document.createElement(name);
    element.className = className;
    parent.append(element);
    map.set(key, element);
  }
  return map.get(key);
}

function forget_others(map, wanted) {
  for (const [key, element] of map) {
    if (wanted.has(key)) continue;
    element.remove();
    map.delete(key);
  }
}

export class Rotation {
  /// `open(numero)` is called when somebody asks for a flight's history.
  constructor(place, open) {
    this.place = place;
    this.open = open;
    this.hours = 24;
    this.avions = [];     // the id in each lane; an avion keeps its lane while the board shows it
    this.flights = [];
    this.lanes = new Map(); // avion's id → <li>
    this.legs = new Map();  // numero → <li> in a lane
    this.axis = document.createElement("div");
    this.axis.className = "axis";
    this.axis.setAttribute("aria-hidden", "true");
    this.list = document.createElement("ul");
    this.list.className = "lanes";
    this.empty = document.createElement("p");
    place.append(this.axis, this.list, this.empty);
    place.addEventListener("keydown", (event) => this.move(event));
  }

  /// Asks for the flights of the avions of these rows, and draws them.
  async read(rows, moment, signal) {
    const flown = rows.filter((row) => row.avion_id !== null && row.heure_decollage !== null);
    const candidates = [...new Set(flown.map((row) => row.avion_id))];
    // The newest movement that is shown is the axis's now: the clock of the ledger may be years away from ours.
    const times = flown.flatMap((row) => [row.heure_decollage, row.heure_arrivee]).filter(Boolean).map((time) => Date.parse(time));
    const now = times.reduce((a, b) => Math.max(a, b), -Infinity);
    const start = now - this.hours * hour_ms;
    let flights = [];
    if (candidates.length) {
      const [from, to] = [start, now].map((time) => new Date(time).toISOString());
      const where = `avion_id in (${candidates.join(",")}) and heure_decollage <= '${to}' and ` +
        `(heure_arrivee >= '${from}' or heure_arrivee is null)`;
      const parameters = [
        ["where", where], ["with", "avion"], ["sort", "-heure_decollage"], ["limit", most_flights],
        [moment.past ? "as_of" : "at_least", moment.position],
      ];
      flights = (await get("/vols", parameters, signal)).value;
    }
    [this.now, this.start] = [now, start];
    this.choose(candidates, flights);
    this.flights = flights.filter((flight) => this.avions.includes(flight.avion_id));
    this.draw();
  }

  // The busiest avions. One that is still on the board keeps its lane; a new one takes that of one that left.
  choose(candidates, flights) {
    const legs = (id) => flights.filter((flight) => flight.avion_id === id).length;
    const busiest = candidates.map((id) => [legs(id), id]).sort((a, b) => b[0] - a[0]).map(([, id]) => id);
    const stay = new Set(this.avions.filter((id) => candidates.includes(id)));
    const fresh = busiest.filter((id) => !stay.has(id));
    const kept = this.avions.map((id) => (stay.has(id) ? id : fresh.shift())).filter((id) => id !== undefined);
    this.avions = [...kept, ...fresh].slice(0, most_lanes);
  }

  draw() {
    this.empty.textContent = this.avions.length ? "" : say("no_rotation");
    this.axis.hidden = this.avions.length === 0;
    this.draw_axis();
    const planes = new Map(this.flights.map((flight) => [flight.avion_id, flight.avion]));
    forget_others(this.lanes, new Set(this.avions));
    forget_others(this.legs, new Set(this.flights.map((flight) => flight.numero)));
    for (const id of this.avions) {
      const lane = keyed(this.list, this.lanes, id, "li", "lane");
      if (lane.children.length === 0) {
        lane.append(document.createElement("span"), document.createElement("ol"));
        lane.firstChild.className = "plane";
        lane.lastChild.className = "track";
      }
      lane.firstChild.textContent = `${planes.get(id)?.modele ?? ""} · ${say("plane", {id: String(id)})}`;
      lane.lastChild.setAttribute("aria-label", lane.firstChild.textContent);
      this.list.append(lane); // the order of the lanes
    }
    for (const flight of [...this.flights].reverse()) this.draw_leg(flight);
    this.one_stop();
  }

  percent(time) {
    return Math.max(0, ((time - this.start) / (this.now - this.start)) * now_percent);
  }

  draw_leg(flight) {
    const track = this.lanes.get(flight.avion_id)?.lastChild;
    if (!track) return;
    const item = keyed(track, this.legs, flight.numero, "li", "leg");
    if (item.parentNode !== track) track.append(item); // it was given another avion
    if (!item.firstChild) {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.addEventListener("click", () => this.open(flight.numero));
      button.append(document.createElement("span"));
      item.append(button);
    }
    const left = this.percent(Date.parse(flight.heure_decollage));
    const right = flight.heure_arrivee ? this.percent(Date.parse(flight.heure_arrivee)) : now_percent;
    item.style.left = `${left}%`;
    item.style.width = `${right - left}%`;
    item.dataset.statut = flight.statut;
    const button = item.firstChild;
    button.firstChild.textContent = `${flight.numero} ${flight.destination ?? ""}`;
    const [from, to] = [flight.heure_decollage, flight.heure_arrivee].map((time) => `${day(time)} ${hour(time)}`);
    const times = flight.heure_arrivee ? say("flown", {from, to}) : say("in_air", {from});
    const words = `${flight.numero}, ${flight.destination ?? say("unknown")}, ${say(flight.statut)}, ${times}`;
    button.setAttribute("aria-label", words);
    button.title = words;
  }

  draw_axis() {
    this.axis.replaceChildren();
    if (!this.avions.length) return;
    const step = tick_hours[this.hours] * hour_ms;
    for (let time = Math.ceil(this.start / step) * step; time < this.now; time += step) {
      const iso = new Date(time).toISOString();
      this.tick(time, time % (24 * hour_ms) === 0 ? day(iso) : hour(iso));
    }
    this.tick(this.now, hour(new Date(this.now).toISOString())).className = "now";
  }

  tick(time, words) {
    const tick = document.createElement("span");
    tick.textContent = words;
    tick.style.left = `${this.percent(time)}%`;
    this.axis.append(tick);
    return tick;
  }

  // One stop for the tab key; the arrow keys do the rest.
  one_stop(to) {
    const buttons = [...this.list.querySelectorAll("button")];
    const stop = to ?? buttons.find((button) => button.tabIndex === 0) ?? buttons[0];
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  move(event) {
    const item = event.target.closest(".leg");
    if (!item) return;
    const lane = item.closest(".lane");
    const legs = [...lane.querySelectorAll(".leg")].sort((a, b) => parseFloat(a.style.left) - parseFloat(b.style.left));
    const beside = (other) => {
      const there = [...(other?.querySelectorAll(".leg") ?? [])];
      const distance = (leg) => Math.abs(parseFloat(leg.style.left) - parseFloat(item.style.left));
      return there.sort((a, b) => distance(a) - distance(b))[0];
    };
    const near = (other) => {
      while (other && !beside(other.lane)) other = other.next();
      return other && beside(other.lane);
    };
    const walk = (side) => {
      const place = (lane) => lane && {lane, next: () => place(lane[side])};
      return near(place(lane[side]));
    };
    const moves = {
      ArrowLeft: () => legs[legs.indexOf(item) - 1],
      ArrowRight: () => legs[legs.indexOf(item) + 1],
      Home: () => legs[0],
      End: () => legs.at(-1),
      ArrowUp: () => walk("previousElementSibling"),
      ArrowDown: () => walk("nextElementSibling"),
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const button = moves[event.key]()?.firstChild;
    if (!button) return;
    this.one_stop(button);
    button.focus();
  }
}
