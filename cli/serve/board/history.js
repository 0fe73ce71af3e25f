// SPDX-License-Identifier: Apache-2.0
// One flight's own history, record by record, in a dialog.
import {lines} from "./ledger.js";
import {full, say} from "./words.js";

const own_places = new Set(["type", "time", "numero", "position", "version", "recorded"]);

function put(parent, name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  parent.append(element);
  return element;
}

function pair(list, name, text) {
  put(list, "dt", name);
  put(list, "dd", text).dir = "auto";
}

export class History {
  /// `see(position)` is called when somebody wants the board as it was at a record.
  constructor(dialog, see) {
    this.dialog = dialog;
    this.see = see;
    this.numero = null;
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => (this.numero = null));
  }

  async open(numero, row, moment) {
    this.numero = numero;
    this.part("title").textContent = say("history", {numero});
    this.part("records").replaceChildren();
    this.part("fault").textContent = "";
    this.show_facts(row);
    if (!this.dialog.open) this.dialog.showModal();
    await this.read(moment);
  }

  part(name) {
    return document.getElementById(`history-${name}`);
  }

  show_facts(row) {
    const facts = this.part("facts");
    facts.replaceChildren();
    if (!row) return;
    pair(facts, say("destination"), row.destination ?? say("nothing"));
    pair(facts, say("statut"), say(row.statut));
    if (row.avion) pair(facts, say("avion"), [row.avion.modele, row.avion.description].filter(Boolean).join(", "));
    if (row.pilote) pair(facts, say("pilote"), [row.pilote.nom, row.pilote.licence].filter(Boolean).join(", "));
  }

  /// Reads the records again; what happened after the moment is shown as later.
  async read(moment) {
    const numero = this.numero;
    try {
      const records = await lines(`/streams/vol/${encodeURIComponent(numero)}`);
      if (this.numero !== numero) return; // another one was opened, or none
      this.show_records(records, moment);
      this.part("fault").textContent = "";
    } catch (error) {
      if (this.numero === numero) this.part("fault").textContent = error.status === 404 ? say("unknown_stream") : error.message;
    }
  }

  // A history only grows: what is there stays, and the focus in it.
  show_records(records, moment) {
    const list = this.part("records");
    for (const record of records.slice(list.children.length)) {
      const later = record.position > moment.position;
      const item = put(list, "li", undefined, later ? "later" : "");
      const verb = record.type.slice(record.type.indexOf(".") + 1);
      item.dataset.verb = verb;
      put(item, "strong", say(verb));
      if (later) put(item, "em", say("later"));
      const time = put(item, "time", full(record.time));
      time.dateTime = record.time;
      time.title = record.time;
      const members = put(item, "dl");
      for (const [name, value] of Object.entries(record)) {
        if (own_places.has(name)) continue;
        pair(members, name, typeof value === "string" ? value : JSON.stringify(value));
      }
      const place = put(item, "p", undefined, "place");
      const where = `${say("position", {n: record.position})} · ${say("version", {n: record.version})}`;
      put(place, "span", where).title = `${say("recorded")} ${record.recorded}`;
      const button = put(place, "button", say("see"));
      button.type = "button";
      button.addEventListener("click", () => {
        this.dialog.close();
        this.see(record.position);
      });
    }
  }
}
