// SPDX-License-Identifier: Apache-2.0
#include "query/columns.hpp"

namespace carnet {
namespace {

template <class T>
Value value(const std::optional<T>& column) {
  return column ? Value{*column} : Value{};
}
Value value(std::optional<std::int32_t> column) {
  return column ? Value{std::int64_t{*column}} : Value{};
}

struct Columns {
  using Values = std::vector<Value>;
  Values operator()(const std::monostate&) const { return {}; }
  Values operator()(const Avion& a) const {
    return {std::int64_t{a.id}, a.modele, value(a.description), value(a.vitesse_max)};
  }
  Values operator()(const Pilote& p) const { return {std::int64_t{p.id}, p.nom, value(p.licence)}; }
  Values operator()(const Vol& v) const {
    return {v.numero,
            value(v.destination),
            std::string{text(v.statut)},
            value(v.heure_creation),
            value(v.heure_decollage),
            value(v.heure_arrivee),
            value(v.avion_id),
            value(v.pilote_id)};
  }
  Values operator()(const Passager& p) const { return {std::int64_t{p.id}, p.nom}; }
  Values operator()(const Reservation& r) const { return {r.numero, std::int64_t{r.passager_id}, value(r.siege)}; }
};

}  // namespace

std::vector<Value> columns_of(const Entity& entity) {
  return std::visit(Columns{}, entity);
}

}  // namespace carnet
