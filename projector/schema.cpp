// SPDX-License-Identifier: Apache-2.0
#include "projector/schema.hpp"

#include <algorithm>
#include <array>

namespace carnet {
namespace {

using enum ColumnType;
using Way = Relation::Way;

constexpr std::array avion_columns{
    Column{"id", integer, 0, false, ""},
    Column{"modele", text, 50, false, ""},
    Column{"description", text, 100, true, ""},
    Column{"vitesse_max", integer, 0, true, "km/h"},
};
constexpr std::array pilote_columns{
    Column{"id", integer, 0, false, ""},
    Column{"nom", text, 50, false, ""},
    Column{"licence", text, 50, true, "unique"},
};
constexpr std::array vol_columns{
    Column{"numero", text, 10, false, ""},
    Column{"destination", text, 50, true, ""},
    Column{"statut", text, 20, false, "prévu, retardé, en vol, dérouté, atterri or annulé"},
    Column{"heure_creation", time, 0, true, "UTC"},
    Column{"heure_decollage", time, 0, true, "UTC"},
    Column{"heure_arrivee", time, 0, true, "UTC"},
    Column{"avion_id", integer, 0, true, ""},
    Column{"pilote_id", integer, 0, true, ""},
};
constexpr std::array passager_columns{
    Column{"id", integer, 0, false, ""},
    Column{"nom", text, 50, false, ""},
};
constexpr std::array reservation_columns{
    Column{"numero", text, 10, false, ""},
    Column{"passager_id", integer, 0, false, ""},
    Column{"siege", text, 4, true, "unique within its vol"},
};
constexpr std::array<std::string_view, 1> id_key{"id"};
constexpr std::array<std::string_view, 1> vol_key{"numero"};
constexpr std::array<std::string_view, 2> reservation_key{"numero", "passager_id"};

constexpr std::array all_tables{
    Table{Kind::avion, "avions", "avion", avion_columns, id_key},
    Table{Kind::pilote, "pilotes", "pilote", pilote_columns, id_key},
    Table{Kind::vol, "vols", "vol", vol_columns, vol_key},
    Table{Kind::passager, "passagers", "passager", passager_columns, id_key},
    Table{Kind::reservation, "reservations", "reservation", reservation_columns, reservation_key},
};

constexpr std::array all_relations{
    Relation{"avion", Kind::vol, Kind::avion, false, Way::direct, "avion_id", "id"},
    Relation{"pilote", Kind::vol, Kind::pilote, false, Way::direct, "pilote_id", "id"},
    Relation{"reservations", Kind::vol, Kind::reservation, true, Way::direct, "numero", "numero"},
    Relation{"passagers", Kind::vol, Kind::passager, true, Way::through, "numero", "passager_id"},
    Relation{"precedent", Kind::vol, Kind::vol, false, Way::precedent, "avion_id", "avion_id"},
    Relation{"suivant", Kind::vol, Kind::vol, false, Way::suivant, "avion_id", "avion_id"},
    Relation{"vols", Kind::avion, Kind::vol, true, Way::direct, "id", "avion_id"},
    Relation{"vols", Kind::pilote, Kind::vol, true, Way::direct, "id", "pilote_id"},
    Relation{"reservations", Kind::passager, Kind::reservation, true, Way::direct, "id", "passager_id"},
    Relation{"vols", Kind::passager, Kind::vol, true, Way::through, "id", "numero"},
    Relation{"vol", Kind::reservation, Kind::vol, false, Way::direct, "numero", "numero"},
    Relation{"passager", Kind::reservation, Kind::passager, false, Way::direct, "passager_id", "id"},
};

}  // namespace

std::span<const Table> tables() {
  return all_tables;
}

const Table& table(Kind kind) {
  return *std::ranges::find(all_tables, kind, &Table::kind);
}

std::optional<Kind> entity_named(std::string_view name) {
  for (const Table& t : all_tables) {
    if (t.name == name || t.singular == name) return t.kind;
  }
  return std::nullopt;
}

std::span<const Relation> relations() {
  return all_relations;
}

const Relation* relation(Kind from, std::string_view name) {
  auto found = std::ranges::find_if(all_relations, [&](const Relation& r) { return r.from == from && r.name == name; });
  return found == all_relations.end() ? nullptr : &*found;
}

const Column* column(Kind kind, std::string_view name) {
  std::span columns = table(kind).columns;
  auto found = std::ranges::find(columns, name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace carnet
