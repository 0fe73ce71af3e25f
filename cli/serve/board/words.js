// SPDX-License-Identifier: Apache-2.0
// What the page says, in French and in English, and how it writes times: always UTC.

const dictionary = {
  fr: {
    title: "carnet : tableau des départs", filter: "Filtrer les vols", languages: "Langue", clock: "dernier événement",
    skip_flights: "Aller aux vols", skip_rotations: "Aller aux rotations",
    search: "Chercher", search_help: "Numéro, destination, avion ou pilote ; ou une condition : where avion.modele like 'A3%'",
    statut: "Statut", numero: "Vol", destination: "Destination", take_off: "Décollage", landing: "Atterrissage",
    avion: "Avion", pilote: "Pilote", flights: "Vols", caption: "Les vols les plus récents, heures en UTC", more: "Plus de vols",
    moment_title: "Moment", live: "En direct", hold: "Figer", slider: "Moment dans l’histoire", before: "Événement d’avant",
    after: "Événement d’après", jump: "Aller à (UTC)", go: "Aller", rotations: "Rotation des avions", span: "Durée",
    hours_6: "6 heures", hours_24: "24 heures", days_3: "3 jours", days_7: "7 jours",
    rotations_help: "Les avions des vols affichés. Flèches pour aller d’un vol à l’autre, Entrée pour son histoire.",
    no_rotation: "Aucun de ces vols n’a encore décollé.", close: "Fermer", history: "Histoire du vol {numero}",
    see: "Voir le tableau à ce moment", version: "version {n}", position: "position {n}", later: "plus tard",
    recorded: "enregistré", unknown_stream: "Ce vol n’a pas d’histoire.", creation: "Création", nothing: "aucun",
    token_title: "Jeton d’accès", token_help: "Ce registre demande un jeton. Il reste dans cet onglet.", token: "Jeton", enter: "Entrer",
    connecting: "Connexion…", state_live: "En direct", offline: "Hors ligne : nouvel essai dans {n} s", trying: "Hors ligne : nouvel essai…",
    state_past: "Dans le passé", state_held: "Figé", state_fault: "Filtre à corriger", turning: "Retour au moment demandé…", waiting: "Les tables ne répondent pas : {detail}",
    shown: "{n} vols, les plus récents", shown_all: "{n} vols", shown_1: "1 vol", shown_0: "Aucun vol",
    moment: "position {n} sur {head}", changed: "{numero}, {destination} : {statut}", changed_many: "{n} vols ont changé", gone: "{numero} : supprimé",
    in_air: "décollage {from}, en l’air", flown: "de {from} à {to}", plane: "avion {id}", unknown: "sans destination",
    "prévu": "prévu", "retardé": "retardé", "en vol": "en vol", "dérouté": "dérouté", "atterri": "atterri", "annulé": "annulé",
    created: "créé", assigned: "affecté", delayed: "retardé", took_off: "décollé", diverted: "dérouté", landed: "atterri",
    cancelled: "annulé", amended: "corrigé", deleted: "supprimé",
  },
  en: {
    title: "carnet: departures board", filter: "Filter the flights", languages: "Language", clock: "latest event",
    skip_flights: "Skip to the flights", skip_rotations: "Skip to the rotations",
    search: "Search", search_help: "Number, destination, aircraft or pilot; or a condition: where avion.modele like 'A3%'",
    statut: "Status", numero: "Flight", destination: "Destination", take_off: "Take-off", landing: "Landing",
    avion: "Aircraft", pilote: "Pilot", flights: "Flights", caption: "The most recent flights, times in UTC", more: "More flights",
    moment_title: "Moment", live: "Live", hold: "Hold", slider: "Moment in the history", before: "The event before",
    after: "The event after", jump: "Go to (UTC)", go: "Go", rotations: "Aircraft rotations", span: "Span",
    hours_6: "6 hours", hours_24: "24 hours", days_3: "3 days", days_7: "7 days",
    rotations_help: "The aircraft of the flights above. Arrow keys go from flight to flight, Enter opens its history.",
    no_rotation: "None of these flights has taken off yet.", close: "Close", history: "History of flight {numero}",
    see: "See the board at this moment", version: "version {n}", position: "position {n}", later: "later",
    recorded: "recorded", unknown_stream: "This flight has no history.", creation: "Created", nothing: "none",
    token_title: "Access token", token_help: "This ledger asks for a token. It stays in this tab.", token: "Token", enter: "Enter",
    connecting: "Connecting…", state_live: "Live", offline: "Offline: trying again in {n} s", trying: "Offline: trying again…",
    state_past: "In the past", state_held: "Held", state_fault: "Filter to be mended", turning: "Turning back to that moment…", waiting: "The tables do not answer: {detail}",
    shown: "{n} flights, the most recent", shown_all: "{n} flights", shown_1: "1 flight", shown_0: "No flights",
    moment: "position {n} of {head}", changed: "{numero}, {destination}: {statut}", changed_many: "{n} flights changed", gone: "{numero}: deleted",
    in_air: "took off {from}, in the air", flown: "from {from} to {to}", plane: "aircraft {id}", unknown: "no destination",
    "prévu": "planned", "retardé": "delayed", "en vol": "in flight", "dérouté": "diverted", "atterri": "landed", "annulé": "cancelled",
    created: "created", assigned: "assigned", delayed: "delayed", took_off: "took off", diverted: "diverted", landed: "landed",
    cancelled: "cancelled", amended: "amended", deleted: "deleted",
  },
};

export const statuts = ["prévu", "retardé", "en vol", "dérouté", "atterri", "annulé"];

const stored = "carnet.language";
let language = localStorage.getItem(stored) ?? (navigator.language.startsWith("fr") ? "fr" : "en");
if (!Object.hasOwn(dictionary, language)) language = "en";

let formats;
function make_formats() {
  const format = (options) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : "fr-FR", {timeZone: "UTC", ...options});
  formats = {
    hour: format({hour: "2-digit", minute: "2-digit", hourCycle: "h23"}),
    day: format({day: "numeric", month: "short"}),
    full: format({dateStyle: "long", timeStyle: "medium"}),
    number: new Intl.NumberFormat(language === "en" ? "en-GB" : "fr-FR"),
  };
}

export function set_language(to) {
  language = to;
  localStorage.setItem(stored, to);
  translate();
}

/// The words of `key`; `{name}` in them is taken from `values`, numbers written as the language does.
export function say(key, values = {}) {
  const words = dictionary[language][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? formats.number.format(values[name]) : values[name]));
}

/// Puts the page's own words, and its language, where they belong.
export function translate() {
  make_formats();
  document.documentElement.lang = language;
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = say(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", say(element.dataset.tLabel));
  for (const button of document.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
}

const written = (format, time) => (time ? formats[format].format(new Date(time)) : "");
export const hour = (time) => written("hour", time);
export const day = (time) => written("day", time);
export const full = (time) => (time ? `${written("full", time)} UTC` : "");
export const upper = (text) => text.toLocaleUpperCase(language);
