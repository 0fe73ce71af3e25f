// SPDX-License-Identifier: Apache-2.0
// How the page talks with carnet serve: questions with a token where one is wanted, and the stream of events.

const silence_ms = 40_000; // the server says something every 15 s
const shortest_wait_ms = 500, longest_wait_ms = 15_000;

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status; // 0: there was no answer
  }
}

const stored = "carnet.token";

/// A link may bring the token behind its #, which no server ever sees: it is kept for this tab, and taken out of the
/// address and of the tab's history.
export function take_token_from_address() {
  const address = new URLSearchParams(location.hash.slice(1));
  if (!address.has("token")) return;
  sessionStorage.setItem(stored, address.get("token"));
  address.delete("token");
  history.replaceState(null, "", address.size ? `#${address}` : location.pathname);
}

let wanted = null; // of one who is being asked for the token, all others wait for the same answer

function ask_for_token() {
  wanted ??= new Promise((resolve) => {
    const dialog = document.getElementById("ask");
    const field = document.getElementById("token");
    field.value = "";
    dialog.addEventListener("close", function closed() {
      if (!field.value) return dialog.showModal(); // without one there is nothing to show
      dialog.removeEventListener("close", closed);
      sessionStorage.setItem(stored, field.value.trim());
      wanted = null;
      resolve();
    });
    dialog.showModal();
  });
  return wanted;
}

async function problem(response) {
  let detail = response.statusText || String(response.status);
  try {
    const body = await response.json();
    detail = body.detail ?? body.title ?? detail;
  } catch {
    // not JSON: the status has to do
  }
  return new Problem(response.status, detail);
}

async function request(path, {parameters = [], headers = {}, signal} = {}) {
  const query = new URLSearchParams(parameters).toString();
  const address = query ? `${path}?${query}` : path;
  for (;;) {
    const token = sessionStorage.getItem(stored);
    const all = token ? {...headers, Authorization: `Bearer ${token}`} : headers;
    let response;
    try {
      response = await fetch(address, {headers: all, signal, cache: "no-store", credentials: "omit"});
    } catch (error) {
      throw error.name === "AbortError" ? error : new Problem(0, error.message);
    }
    if (response.ok) return response;
    if (response.status !== 401) throw await problem(response);
    if (sessionStorage.getItem(stored) === token) await ask_for_token();
  }
}

export async function get(path, parameters, signal) {
  const response = await request(path, {parameters, signal, headers: {Accept: "application/json"}});
  return {value: await response.json(), position: Number(response.headers.get("Carnet-Position"))};
}

export async function lines(path, parameters, signal) {
  const response = await request(path, {parameters, signal, headers: {Accept: "application/x-ndjson"}});
  const text = await response.text();
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      removeEventListener("online", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    addEventListener("online", done);
  });
}

/// Waits, one after the other, each twice as long as the one before, up to a limit: `for (const wait of patience())` with
/// `await wait(signal)` after each attempt that failed. wait.seconds says how long.
export function* patience() {
  for (let ms = shortest_wait_ms; ; ms = Math.min(ms * 2, longest_wait_ms)) {
    const wait = (signal) => sleep(ms * (0.75 + Math.random() / 2), signal); // not all pages at once
    wait.seconds = Math.ceil(ms / 1000);
    yield wait;
  }
}

// Reads one answer's frames until it ends; `take` gets the id and the event of each.
async function read_frames(response, heard, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", id = "", data = [];
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    heard();
    const all = (rest + value).split("\n");
    rest = all.pop();
    for (const raw of all) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (data.length) take(Number(id), JSON.parse(data.join("\n")));
        data = [];
      } else if (line.startsWith("id:")) {
        id = line.slice(3).trim();
      } else if (line.startsWith("data:")) {
        data.push(line.slice(5).trimStart());
      }
    }
  }
}

/// Follows the events after a position, through restarts of the server, until the signal. `on` has
///   event(event), connected(), offline(seconds until it tries again);
///   same_ledger() is asked before each further connection: false ends it.
export async function follow(after, types, signal, on) {
  let waits = patience();
  for (let first = true; !signal.aborted; first = false) {
    const connection = new AbortController();
    const end = () => connection.abort();
    signal.addEventListener("abort", end, {once: true});
    let silence = setTimeout(end, silence_ms);
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(end, silence_ms);
    };
    try {
      if (!first && !(await on.same_ledger())) return;
      const response = await request("/events", {
        parameters: [["type", types]],
        headers: {Accept: "text/event-stream", "Last-Event-ID": String(after)},
        signal: connection.signal,
      });
      on.connected();
      waits = patience();
      await read_frames(response, heard, (id, event) => {
        after = id;
        on.event(event);
      });
    } catch (error) {
      if (signal.aborted) return;
      console.info("carnet:", error.message);
    } finally {
      clearTimeout(silence);
      signal.removeEventListener("abort", end);
      connection.abort();
    }
    if (signal.aborted) return;
    const wait = waits.next().value;
    on.offline(wait.seconds);
    await wait(signal);
  }
}
