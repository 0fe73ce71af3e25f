// SPDX-License-Identifier: Apache-2.0
// The departures board. What it shows always comes from the tables: an event of the stream only says which rows to ask
// for again.
import {Flaps} from "./flaps.js";
import {History} from "./history.js";
import {follow, get, patience, take_token_from_address} from "./ledger.js";
import {Moment, time_of} from "./moment.js";
import {condition, Page, rows_of} from "./page.js";
import {Rotation} from "./rotation.js";
import {Board} from "./table.js";
import {day, full, hour, say, set_language, statuts, translate} from "./words.js";

const gather_ms = 100;         // events that come together are asked for together
const most_rows_a_time = 300;  // beyond this the whole page is read again
const most_events_a_time = 20_000; // beyond this it goes on from where the ledger is now
const rotation_ms = 1_000, news_ms = 5_000;
const types = "vol.*,avion.*,pilote.*";

const element = (id) => document.getElementById(id);
const page = new Page();
const board = new Board(element("board").tBodies[0], open_history);
const rotation = new Rotation(element("rotation"), open_history);
const history_dialog = new History(element("history"), (position) => show(position));
const moment_slider = new Moment((position) => show(position));

let moment = {position: 0, past: false};
let head = 0, ledger = null, time = "";
let work = new AbortController(); // ends what is under way when something else is to be shown
let said = ["connecting", {}];    // the state, in words of any language
let changes = no_changes();

function no_changes() {
  return {events: 0, position: 0, time: "", numeros: new Map(), avions: new Set(), pilotes: new Set()};
}

function tell(kind, key, values = {}) {
  said = [key, values];
  document.body.dataset.state = kind;
  element("state").textContent = say(key, values);
  element("live").setAttribute("aria-pressed", String(!moment.past));
  element("hold").disabled = moment.past;
}

// The words and ticks of the filter, and the moment, live in the address: it can be kept and sent.
function read_address() {
  const address = new URLSearchParams(location.hash.slice(1));
  element("words").value = address.get("q") ?? "";
  const ticked = (address.get("statut") ?? "").split(",");
  for (const box of element("statuts").querySelectorAll("input")) box.checked = ticked.includes(box.value);
  const at = Number(address.get("at"));
  return Number.isSafeInteger(at) && at > 0 ? at : null;
}

function write_address() {
  const address = new URLSearchParams();
  if (element("words").value.trim()) address.set("q", element("words").value.trim());
  if (ticked().length) address.set("statut", ticked().join(","));
  if (moment.past) address.set("at", moment.position);
  history.replaceState(null, "", address.size ? `#${address}` : location.pathname);
}

const ticked = () => [...element("statuts").querySelectorAll("input:checked")].map((box) => box.value);
const where = () => condition(element("words").value, ticked());

function draw(flash) {
  const rows = page.sorted();
  board.show(rows, flash);
  const shown = rows.length < 2 ? `shown_${rows.length}` : page.full ? "shown" : "shown_all";
  element("shown").textContent = say(shown, {n: rows.length});
  element("more").hidden = !page.full || page.size >= 400;
  draw_moment();
}

const clock = new Flaps(5);
element("clock").append(clock.element);
const sign = new Flaps(6);
element("sign").append(sign.element);

function draw_moment() {
  moment_slider.show(moment.position, time, head);
  clock.set(hour(time));
  element("clock-day").textContent = day(time);
  element("clock-text").textContent = full(time);
}

/// Shows the board live, or as of a position.
async function show(position = null) {
  work.abort();
  work = new AbortController();
  const {signal} = work;
  changes = no_changes();
  moment = {position: position ?? moment.position, past: position !== null};
  write_address();
  element("board").setAttribute("aria-busy", "true");
  if (moment.past) tell("turning", "turning");
  for (const wait of patience()) {
    try {
      await read_all(signal);
      break;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 400 && where()) {
        element("words-fault").textContent = error.message;
        tell("fault", "state_fault");
        element("board").setAttribute("aria-busy", "false");
        return;
      }
      tell_trouble(error);
      await wait(signal);
      if (signal.aborted) return;
    }
  }
  element("board").setAttribute("aria-busy", "false");
  if (moment.past) tell("past", "state_past");
  else follow_ledger(signal);
}

function tell_trouble(error) {
  if (error.status) tell("offline", "waiting", {detail: error.message});
  else tell("offline", "trying");
}

async function read_all(signal) {
  const status = (await get("/status", [], signal)).value;
  ledger = status.ledger.uuid;
  head = status.ledger.position;
  const position = moment.past ? Math.min(moment.position, head) : head;
  const there = {position, past: moment.past};
  const at_position = await time_of(position, signal);
  await page.read(where(), there, signal);
  [moment, time] = [there, at_position];
  element("words-fault").textContent = "";
  draw(false);
  await rotation.read(page.sorted(), moment, signal);
}

function follow_ledger(signal) {
  follow(moment.position, types, signal, {
    connected: () => tell("live", "state_live"),
    offline: (n) => tell("offline", "offline", {n}),
    event: (event) => note(event, signal),
    // The server may be back with another ledger, or with an older copy of this one.
    same_ledger: async () => {
      const status = (await get("/status", [], signal)).value;
      const same = status.ledger.uuid === ledger && status.ledger.position >= moment.position;
      if (!same) setTimeout(show);
      return same;
    },
  });
}

function note(event, signal) {
  if (changes.events++ === 0) setTimeout(() => take_changes(signal), gather_ms);
  changes.position = event.position;
  changes.time = event.time;
  const kind = event.type.slice(0, event.type.indexOf("."));
  if (kind === "vol") changes.numeros.set(event.numero, event.position);
  else if (kind === "avion") changes.avions.add(event.avion_id);
  else if (kind === "pilote") changes.pilotes.add(event.pilote_id);
}

let taking = Promise.resolve(); // one question for changes at a time: what comes meanwhile waits and is asked together

function take_changes(signal) {
  taking = taking.then(async () => {
    if (signal.aborted || changes.events === 0) return;
    const some = changes;
    changes = no_changes();
    if (some.events > most_events_a_time) return show();
    for (const wait of patience()) {
      try {
        return await take(some, signal);
      } catch (error) {
        if (signal.aborted) return;
        tell_trouble(error);
        await wait(signal);
        if (signal.aborted) return;
      }
    }
  });
}

async function take(some, signal) {
  const touched = page.sorted().filter((row) => some.avions.has(row.avion_id) || some.pilotes.has(row.pilote_id));
  const asked = new Set([...some.numeros.keys(), ...touched.map((row) => row.numero)]);
  const there = {position: some.position, past: false};
  const were_full = page.full;
  if (asked.size > most_rows_a_time) {
    await page.read(where(), there, signal);
  } else {
    const rows = await rows_of([...asked], where(), there, signal);
    const gone = page.take(asked, rows, some.numeros);
    if (gone && were_full && !page.full) await page.read(where(), there, signal);
    announce([...some.numeros.keys()].map((numero) => [numero, rows.find((row) => row.numero === numero)]));
  }
  [moment, time] = [there, some.time];
  head = Math.max(head, some.position);
  if (document.body.dataset.state !== "live") tell("live", "state_live");
  draw(true);
  rotate(signal);
  if (some.numeros.has(history_dialog.numero)) history_dialog.read(moment);
}

let rotating = null;
function rotate(signal) {
  rotating ??= setTimeout(async () => {
    await rotation.read(page.sorted(), moment, signal).catch((error) => console.info("carnet:", error.message));
    rotating = null;
  }, rotation_ms);
}

// For those who listen: what changed, at most every few seconds, one by one only while they are few.
let unsaid = new Map(), saying = null;
function announce(changed) {
  for (const [numero, row] of changed) unsaid.set(numero, row);
  saying ??= setTimeout(() => {
    const words = ([numero, row]) =>
      row ? say("changed", {numero, destination: row.destination ?? say("unknown"), statut: say(row.statut)}) : say("gone", {numero});
    const mine = [...unsaid].filter(([numero, row]) => row || !page.rows.has(numero));
    element("news").textContent = mine.length > 2 ? say("changed_many", {n: mine.length}) : mine.map(words).join(". ");
    unsaid = new Map();
    saying = null;
  }, news_ms);
}

function open_history(numero) {
  const row = page.rows.get(numero) ?? rotation.flights.find((flight) => flight.numero === numero);
  history_dialog.open(numero, row, moment);
}

function make_chips() {
  for (const statut of statuts) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = statut;
    const words = document.createElement("span");
    words.dataset.t = statut;
    label.dataset.statut = statut;
    label.append(box, words);
    element("statuts").append(label);
  }
}

const again = () => show(moment.past ? moment.position : null);
let typing;
element("filter").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(again, 250);
});
element("filter").addEventListener("submit", (event) => event.preventDefault());
element("live").addEventListener("click", () => show());
element("hold").addEventListener("click", () => {
  work.abort(); // the rows stay as they stand
  moment = {...moment, past: true};
  write_address();
  tell("held", "state_held");
});
element("more").addEventListener("click", () => {
  page.size *= 2;
  again();
});
element("span").addEventListener("change", (event) => {
  rotation.hours = Number(event.target.value);
  rotation.read(page.sorted(), moment, work.signal).catch(tell_trouble);
});
for (const button of document.querySelectorAll("[data-language]"))
  button.addEventListener("click", () => {
    set_language(button.dataset.language);
    tell(document.body.dataset.state, ...said);
    draw(false);
    rotation.draw();
  });
addEventListener("hashchange", () => show(read_address()));

take_token_from_address();
make_chips();
translate();
tell("connecting", "connecting");
sign.set("CARNET");
show(read_address());
