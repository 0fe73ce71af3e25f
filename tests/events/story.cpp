// SPDX-License-Identifier: Apache-2.0
#include "tests/events/story.hpp"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

#include "events/members.hpp"
#include "events/time.hpp"
#include "tests/model.hpp"

namespace carnet {
namespace {

void read(std::string& value, const std::string& text) {
  value = text;
}
void read(std::int32_t& value, const std::string& text) {
  value = std::stoi(text);
}
void read(Time& value, const std::string& text) {
  value = at(text);
}
void read(Statut& value, const std::string& text) {
  value = statut_from(text).value();
}
template <class T>
void read(std::optional<T>& value, const std::string& text) {
  if (text.empty()) {
    value.reset();
  } else {
    read(value.emplace(), text);
  }
}
template <class T>
void read(std::optional<std::optional<T>>& value, const std::string& text) {
  read(value.emplace(), text);
}

template <class E>
Event filled(std::istringstream& words) {
  E event;
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    std::string value = word.substr(equals + 1);
    for (char& c : value) c = c == '_' ? ' ' : c;
    bool found = false;
    for_each_member<E>([&](const auto& field) {
      if (field.member.name != name) return;
      read(event.*field.pointer, value);
      found = true;
    });
    if (!found) throw std::invalid_argument("no member " + word);
  }
  return event;
}

template <class... E>
Event event_of(const std::variant<E...>*, const std::string& type, std::istringstream& words) {
  std::optional<Event> event;
  ((type == Shape<E>::name ? void(event = filled<E>(words)) : void()), ...);
  if (!event) throw std::invalid_argument("no event " + type);
  return *event;
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// What the rules say about `10:05 vol.took_off numero=AF101`.
std::string verdict(Model& model, const std::string& row) {
  const std::size_t space = row.find(' ');
  const auto rejection = model.happen(event_from(row.substr(space + 1)), at(row.substr(0, space)));
  if (!rejection) return "ok";
  return fmt::format("{} {}", text(rejection->code), rejection->member);
}

struct Shower {
  std::string out;
  void put(std::string_view name, std::string_view value) { out += fmt::format(" {}={}", name, value); }
  void put(std::string_view name, std::int32_t value) { put(name, std::to_string(value)); }
  void put(std::string_view name, Time value) { put(name, text(value).substr(11, 5)); }
  template <class T>
  void put(std::string_view name, const std::optional<T>& value) {
    if (value) put(name, *value);
  }

  void operator()(std::monostate) { out = " gone"; }
  void operator()(const Avion& a) {
    put("modele", a.modele);
    put("description", a.description);
    put("vitesse_max", a.vitesse_max);
  }
  void operator()(const Pilote& p) {
    put("nom", p.nom);
    put("licence", p.licence);
  }
  void operator()(const Vol& v) {
    put("destination", v.destination);
    put("statut", text(v.statut));
    put("creation", v.heure_creation);
    put("decollage", v.heure_decollage);
    put("arrivee", v.heure_arrivee);
    put("avion_id", v.avion_id);
    put("pilote_id", v.pilote_id);
    put("clock", v.clock);
  }
  void operator()(const Passager& p) { put("nom", p.nom); }
  void operator()(const Reservation& r) { put("siege", r.siege ? *r.siege : "none"); }
};

}  // namespace

Time at(std::string_view hh_mm) {
  return time_from(fmt::format("2026-11-22T{}:00Z", hh_mm)).value();
}

Event event_from(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string type;
  words >> type;
  return event_of(static_cast<const Event*>(nullptr), type, words);
}

std::string shown(const Entity& entity) {
  Shower shower;
  std::visit(shower, entity);
  return shower.out.substr(1);
}

std::string told(Model& model, std::string_view rows) {
  std::string differences;
  const auto compare = [&](const std::string& row, const std::string& found, const std::string& expected) {
    if (found != expected) differences += fmt::format("{}\n    found: {}\n", row, found);
  };
  std::istringstream stream{std::string(rows)};
  for (std::string line; std::getline(stream, line);) {
    const std::string row = trimmed(line);
    if (row.empty() || row.front() == '#') continue;
    if (row.front() == '=') {
      const std::size_t space = row.find(' ', 2);
      const Entity& own = model.find(stream_from(row.substr(2, space - 2)).value());
      compare(row, shown(settled(own, model)), trimmed(row.substr(space)));
    } else {
      const std::size_t arrow = row.find("->");
      compare(row, verdict(model, trimmed(row.substr(0, arrow))), trimmed(row.substr(arrow + 2)));
    }
  }
  return differences;
}

std::string told(std::string_view rows) {
  Model model;
  return told(model, rows);
}

}  // namespace carnet
