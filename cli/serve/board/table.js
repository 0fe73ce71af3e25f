// SPDX-License-Identifier: Apache-2.0
// The rows of the board: a real table for those who listen, flaps for those who look.
import {Flaps} from "./flaps.js";
import {day, full, hour, say, upper} from "./words.js";

const columns = [
  {name: "numero", flaps: 10},
  {name: "destination", flaps: 18},
  {name: "statut", flaps: 9},
  {name: "take-off", flaps: 5, time: "heure_decollage"},
  {name: "landing", flaps: 5, time: "heure_arrivee"},
  {name: "avion", flaps: 11},
  {name: "pilote", flaps: 15},
];

function make(name, className, parent) {
  const element = document.createElement(name);
  if (className) element.className = className;
  parent?.append(element);
  return element;
}

class Row {
  constructor(numero, open) {
    this.element = make("tr");
    this.element.setAttribute("role", "row");
    this.element.dataset.numero = numero;
    this.cells = columns.map((column) => this.cell(column, open && (() => open(numero))));
  }

  cell(column, open) {
    const head = column.name === "numero";
    const cell = make(head ? "th" : "td", column.name, this.element);
    cell.setAttribute("role", head ? "rowheader" : "cell");
    if (head) cell.scope = "row";
    const holder = head ? make("button", "open", cell) : cell;
    if (head) {
      holder.type = "button";
      holder.addEventListener("click", open);
    }
    const text = make(column.time ? "time" : "span", "hidden", holder);
    text.dir = "auto";
    const flaps = new Flaps(column.flaps);
    holder.append(flaps.element);
    const small = column.time && make("span", "day", holder);
    small?.setAttribute("aria-hidden", "true");
    return {text, flaps, small};
  }

  // Returns whether it reads otherwise than before.
  show(row) {
    const texts = {
      numero: row.numero,
      destination: row.destination ?? "",
      statut: say(row.statut),
      avion: row.avion?.modele ?? "",
      pilote: row.pilote?.nom ?? "",
    };
    let changed = false;
    this.element.dataset.statut = row.statut;
    columns.forEach((column, i) => {
      const {text, flaps, small} = this.cells[i];
      const time = column.time && row[column.time];
      const words = column.time ? full(time) : texts[column.name];
      if (text.textContent !== words) {
        text.textContent = words;
        changed = true;
      }
      if (time) text.dateTime = time;
      if (small) small.textContent = day(time);
      // A numero is what it is: AF1 and af1 are two flights.
      flaps.set(column.time ? hour(time) : column.name === "numero" ? words : upper(words));
    });
    return changed;
  }
}

export class Board {
  /// `open(numero)` is called when somebody asks for a flight's history.
  constructor(body, open) {
    this.body = body;
    this.open = open;
    this.rows = new Map();
  }

  /// Shows these rows in this order; `flash`: point at those that read otherwise than before.
  show(rows, flash) {
    const wanted = new Set(rows.map((row) => row.numero));
    const focused = document.activeElement;
    for (const [numero, row] of this.rows) {
      if (wanted.has(numero)) continue;
      for (const cell of row.cells) cell.flaps.stop();
      row.element.remove();
      this.rows.delete(numero);
    }
    rows.forEach((row, i) => {
      let shown = this.rows.get(row.numero);
      if (!shown) this.rows.set(row.numero, (shown = new Row(row.numero, this.open)));
      const there = this.body.children[i] ?? null;
      if (there !== shown.element) {
        // moveBefore, where there is one, keeps the focus and lets the flaps turn on.
        if (shown.element.isConnected && this.body.moveBefore) this.body.moveBefore(shown.element, there);
        else this.body.insertBefore(shown.element, there);
      }
      if (shown.show(row) && flash) this.flash(shown.element);
    });
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({preventScroll: true});
  }

  flash(element) {
    element.classList.add("changed");
    clearTimeout(element.flashing);
    element.flashing = setTimeout(() => element.classList.remove("changed"), 2_500);
  }
}
