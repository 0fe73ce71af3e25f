// SPDX-License-Identifier: Apache-2.0
#include "tests/random_history.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/time.hpp"

namespace carnet {
namespace {

constexpr std::size_t sent_again = 64;

std::string object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) out += fmt::format("{}\"{}\":{}", out.size() > 1 ? "," : "", name, value);
  return out + "}";
}

std::string quoted(const std::string& text) {
  return fmt::format("\"{}\"", text);
}

const std::vector<std::string> texts{R"("A320-232")",           R"("Élodie Martin")", R"("a\"b\\c\/d\n\t")",
                                     R"("\u00e9\ud83d\ude80")", R"("飛行機")",        R"(" ")"};

const std::vector<std::string> unsound{"{",
                                       "[]",
                                       "null",
                                       "{}",
                                       R"({"type":"vol.exploded","numero":"V1"})",
                                       R"({"type":"vol.landed"})",
                                       R"({"type":"vol.landed","numero":"V1","numero":"V1"})",
                                       R"({"type":"vol.landed","numero":"V1","altitude":3})",
                                       R"({"type":"vol.landed","numero":"ELEVEN CHARS"})",
                                       R"({"type":"vol.landed","numero":null})",
                                       R"({"type":"vol.landed","numero":"V1","time":"2013-01-01T00:00:00"})",
                                       R"({"type":"vol.amended","numero":"V1","statut":"perdu"})",
                                       R"({"type":"avion.registered","modele":"\u0000"})",
                                       R"({"type":"avion.registered","modele":"A320","vitesse_max":-1})"};

}  // namespace

std::string RandomHistory::time() {
  clock_s_ += static_cast<std::int64_t>(below(120));
  // One in ten arrives late: it happened up to an hour before what was sent already.
  const std::int64_t late_s = chance(10) ? static_cast<std::int64_t>(below(3600)) : 0;
  const std::chrono::microseconds decimals{chance(20) ? below(1'000'000) : 0};
  return quoted(text(Time{std::chrono::seconds{clock_s_ - late_s} + decimals}));
}

std::string RandomHistory::id_of(std::uint64_t given) {
  const std::uint64_t recent = std::min<std::uint64_t>(given, 8);
  return std::to_string(chance(95) && given != 0 ? given - below(recent) : 1 + below(given + 5));
}

void RandomHistory::id_for_new(Members& members, const std::string& member, std::uint64_t& given) {
  if (chance(10)) {
    members.emplace_back(member, id_of(given));  // most likely given already
    return;
  }
  ++given;
  if (chance(60)) members.emplace_back(member, std::to_string(given));
}

std::string RandomHistory::numero() {
  const std::uint64_t recent = std::min<std::uint64_t>(vols_, 10);
  return quoted(fmt::format("V{}", chance(95) && vols_ != 0 ? vols_ - below(recent) : below(vols_ + 3)));
}

std::string RandomHistory::siege() {
  return chance(10) ? "null" : quoted(fmt::format("{}A", 1 + below(5)));
}

std::string RandomHistory::licence() {
  return chance(10) ? "null" : quoted(fmt::format("FR-{}", below(40)));
}

void RandomHistory::crew(Members& members) {
  if (chance(85)) members.emplace_back("avion_id", chance(5) ? "null" : id_of(avions_));
  if (chance(85)) members.emplace_back("pilote_id", chance(5) ? "null" : id_of(pilotes_));
}

std::string RandomHistory::entity_event(Members& members) {
  struct Noun {
    std::string name;
    std::uint64_t& given;
    std::string text_member;
  };
  const Noun nouns[] = {{"avion", avions_, "modele"}, {"pilote", pilotes_, "nom"}, {"passager", passagers_, "nom"}};
  const Noun& noun = nouns[below(3)];
  const bool is_pilote = noun.name == "pilote";
  if (chance(60)) {
    id_for_new(members, noun.name + "_id", noun.given);
    members.emplace_back(noun.text_member, one_of(texts));
    if (is_pilote && chance(70)) members.emplace_back("licence", licence());
    if (noun.name == "avion" && chance(50)) members.emplace_back("vitesse_max", std::to_string(below(900)));
    return noun.name + ".registered";
  }
  members.emplace_back(noun.name + "_id", id_of(noun.given));
  if (chance(15)) return noun.name + ".deleted";
  if (is_pilote && chance(70)) {
    members.emplace_back("licence", licence());
  } else {
    members.emplace_back(noun.text_member, one_of(texts));
  }
  return noun.name + ".amended";
}

std::string RandomHistory::vol_event(Members& members) {
  if (chance(25)) {
    if (!chance(10)) ++vols_;
    members.emplace_back("numero", quoted(fmt::format("V{}", vols_)));
    if (chance(80)) members.emplace_back("destination", one_of(texts));
    if (chance(80)) {
      crew(members);
      return "vol.created";
    }
    Members avion;
    id_for_new(avion, "avion_id", avions_);
    avion.emplace_back("modele", one_of(texts));
    members.emplace_back("avion", object(avion));
    if (chance(70)) {
      Members pilote;
      id_for_new(pilote, "pilote_id", pilotes_);
      pilote.emplace_back("nom", one_of(texts));
      pilote.emplace_back("licence", licence());
      members.emplace_back("pilote", object(pilote));
    }
    return "vol.created";
  }
  members.emplace_back("numero", numero());
  const std::uint64_t what = below(100);
  if (what < 25) return "vol.took_off";
  if (what < 45) return "vol.landed";
  if (what < 55) {
    if (chance(50)) members.emplace_back("raison", one_of(texts));
    return "vol.delayed";
  }
  if (what < 62) {
    members.emplace_back("destination", one_of(texts));
    return "vol.diverted";
  }
  if (what < 66) return "vol.cancelled";
  if (what < 69) return "vol.deleted";
  if (what < 84) {
    crew(members);
    return "vol.assigned";
  }
  static const std::vector<std::string> statuts{"prévu", "retardé", "en vol", "dérouté", "atterri", "annulé"};
  if (chance(60)) members.emplace_back("statut", quoted(one_of(statuts)));
  if (chance(40)) crew(members);
  if (chance(30)) members.emplace_back("heure_decollage", chance(30) ? "null" : time());
  if (chance(20)) members.emplace_back("destination", "null");
  return "vol.amended";
}

std::string RandomHistory::reservation_event(Members& members) {
  members.emplace_back("numero", numero());
  members.emplace_back("passager_id", id_of(passagers_));
  const std::uint64_t what = below(100);
  if (what < 20) return "reservation.cancelled";
  if (what < 80 && chance(20)) return "reservation.made";  // without a siege
  members.emplace_back("siege", siege());
  return what < 80 ? "reservation.made" : "reservation.amended";
}

std::string RandomHistory::event(Members& members) {
  const std::uint64_t what = below(100);
  if (what < 20) return entity_event(members);
  return what < 75 ? vol_event(members) : reservation_event(members);
}

std::string RandomHistory::line() {
  if (chance(2)) return one_of(unsound);
  if (chance(6) && !sent_.empty()) return one_of(sent_);

  Members data;
  const std::string type = quoted(event(data));
  const bool as_cloud_event = chance(6);
  Members members;
  if (as_cloud_event) members.emplace_back("specversion", quoted("1.0"));
  members.emplace_back("type", type);
  if (!chance(2)) members.emplace_back("time", time());
  if (as_cloud_event || chance(25)) {
    members.emplace_back("id", quoted(fmt::format("e{}", chance(95) ? ++ids_ : 1 + below(ids_ + 1))));
  }
  if (as_cloud_event) {
    members.emplace_back("source", quoted(chance(50) ? "/ops/cdg" : "/ops/ory"));
    if (chance(50)) members.emplace_back("traceparent", quoted("00-4bf92f35-01"));
    members.emplace_back("data", object(data));
  } else {
    if (chance(3)) members.emplace_back("expect", std::to_string(below(4)));
    if (chance(3)) members.emplace_back("expect", quoted(chance(50) ? "exists" : "none"));
    if (chance(1) && chance(50)) members.emplace_back("position", std::to_string(1 + below(2000)));
    if (chance(1)) members.emplace_back("version", std::to_string(1 + below(4)));
    members.insert(members.end(), data.begin(), data.end());
    if (chance(20)) std::rotate(members.begin(), members.begin() + 1, members.end());
  }
  std::string text = object(members);
  sent_.push_back(text);
  if (sent_.size() > sent_again) sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(below(sent_again)));
  return text;
}

}  // namespace carnet
