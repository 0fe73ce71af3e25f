// SPDX-License-Identifier: Apache-2.0
// Which vols the board shows. It never asks for all: the ones that the ledger heard of last, then the latest take-offs,
// up to a number of rows. The rows themselves always come from the tables; nothing here folds an event into a row.
import {get, lines} from "./ledger.js";

const first_window = 500, last_window = 50_000; // records to look back for the vols that were heard of last
const numeros_a_question = 100; // a header is at most 8 KiB

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const containing = (text) => quoted(`%${text.replace(/[\\%_]/g, "\\$&")}%`);

/// The condition of what was typed and ticked; empty: none.
export function condition(words, statuts) {
  const parts = [];
  const own = /^\s*where\s+(.*)$/is.exec(words);
  if (own) parts.push(`(${own[1]})`);
  else
    for (const word of words.split(/\s+/).filter(Boolean)) {
      const paths = ["numero", "destination", "avion.modele", "pilote.nom"];
      parts.push(`(${paths.map((path) => `${path} ilike ${containing(word)}`).join(" or ")})`);
    }
  if (statuts.length) parts.push(`statut in (${statuts.map(quoted).join(",")})`);
  return parts.join(" and ");
}

const both = (one, other) => [one, other].filter(Boolean).join(" and ");

/// When the tables are to be looked at: { position, past: whether it is a moment of the past }.
const at = (moment) => (moment.past ? ["as_of", moment.position] : ["at_least", moment.position]);

async function vols(where, moment, more, signal) {
  const parameters = [["with", "avion,pilote"], at(moment), ...more];
  if (where) parameters.push(["where", where]);
  return (await get("/vols", parameters, signal)).value;
}

/// The rows of these numeros, as far as they are there and the condition holds for them.
export async function rows_of(numeros, where, moment, signal) {
  const rows = [];
  for (let i = 0; i < numeros.length; i += numeros_a_question) {
    const some = numeros.slice(i, i + numeros_a_question).map(quoted).join(",");
    rows.push(...(await vols(both(where, `numero in (${some})`), moment, [], signal)));
  }
  return rows;
}

// numero → the position of its last record, of the vols that the ledger heard of last.
async function heard_last(moment, wanted, signal) {
  const news = new Map();
  let to = moment.position;
  for (let window = first_window; to >= 1 && news.size < wanted && window <= last_window; window *= 10) {
    const from = Math.max(1, to - window + 1);
    const events = await lines("/events", [["from", from], ["to", to], ["type", "vol.*"]], signal);
    for (const event of events.reverse()) {
      if (news.size < wanted && !news.has(event.numero)) news.set(event.numero, event.position);
    }
    to = from - 1;
  }
  return news;
}

// Times have up to six decimals or none; without the Z they compare as texts.
const time_of = (row) => (row.heure_decollage ?? row.heure_creation ?? "").replace("Z", "");

function later_first(a, b) {
  const [x, y] = [time_of(a), time_of(b)];
  if (x !== y) return x > y ? -1 : 1;
  return a.numero < b.numero ? -1 : a.numero > b.numero ? 1 : 0;
}

export class Page {
  constructor() {
    this.size = 50;
    this.full = false;      // there may be more than are shown
    this.rows = new Map();  // numero → row
    this.news = new Map();  // numero → position of the last record that was heard of
  }

  sorted() {
    return [...this.rows.values()].sort(later_first);
  }

  async read(where, moment, signal) {
    const news = await heard_last(moment, this.size, signal);
    const rows = await rows_of([...news.keys()], where, moment, signal);
    if (rows.length < this.size)
      rows.push(...(await vols(where, moment, [["sort", "-heure_decollage"], ["limit", this.size]], signal)));
    this.rows = new Map(rows.map((row) => [row.numero, row]));
    this.news = news;
    this.keep_to_size();
  }

  /// Takes the rows that came back for `asked`: what did not come back is gone, or no longer matches.
  /// `news`: numero → position, of what was asked because of its own events. Returns how many rows went.
  take(asked, rows, news) {
    let gone = 0;
    const back = new Map(rows.map((row) => [row.numero, row]));
    for (const numero of asked) {
      if (back.has(numero)) this.rows.set(numero, back.get(numero));
      else if (this.rows.delete(numero)) gone++;
    }
    for (const [numero, position] of news) this.news.set(numero, position);
    this.keep_to_size();
    return gone;
  }

  keep_to_size() {
    this.full = this.rows.size >= this.size;
    const last = (row) => this.news.get(row.numero) ?? 0;
    const oldest_first = this.sorted().reverse().sort((a, b) => last(a) - last(b));
    for (const row of oldest_first.slice(0, Math.max(0, this.rows.size - this.size))) this.rows.delete(row.numero);
    for (const numero of this.news.keys()) if (!this.rows.has(numero)) this.news.delete(numero);
  }
}
