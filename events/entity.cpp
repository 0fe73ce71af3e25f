// SPDX-License-Identifier: Apache-2.0
#include "events/entity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include "events/event.hpp"

namespace carnet {
namespace {

/// Canonical decimal, 1 to 2,147,483,647: one stream has one name.
std::optional<std::int32_t> id_from(std::string_view text) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

bool is_numero(std::string_view text) {
  return !text.empty() && text.size() <= Numero::max_size &&
         std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

void must_be_short(std::string_view numero) {
  if (numero.size() <= Numero::max_size) return;
  throw std::length_error(fmt::format("a numero has at most {} characters", Numero::max_size));
}

Stream stream(const AvionRegistered& e) {
  return Stream::avion(e.avion_id);
}
Stream stream(const AvionAmended& e) {
  return Stream::avion(e.avion_id);
}
Stream stream(const AvionDeleted& e) {
  return Stream::avion(e.avion_id);
}
Stream stream(const PiloteRegistered& e) {
  return Stream::pilote(e.pilote_id);
}
Stream stream(const PiloteAmended& e) {
  return Stream::pilote(e.pilote_id);
}
Stream stream(const PiloteDeleted& e) {
  return Stream::pilote(e.pilote_id);
}
Stream stream(const PassagerRegistered& e) {
  return Stream::passager(e.passager_id);
}
Stream stream(const PassagerAmended& e) {
  return Stream::passager(e.passager_id);
}
Stream stream(const PassagerDeleted& e) {
  return Stream::passager(e.passager_id);
}
Stream stream(const ReservationMade& e) {
  return Stream::reservation(e.numero, e.passager_id);
}
Stream stream(const ReservationAmended& e) {
  return Stream::reservation(e.numero, e.passager_id);
}
Stream stream(const ReservationCancelled& e) {
  return Stream::reservation(e.numero, e.passager_id);
}
template <class VolEvent>
Stream stream(const VolEvent& e) {
  return Stream::vol(e.numero);
}

}  // namespace

std::string_view text(Statut statut) {
  switch (statut) {
    case Statut::prevu:
      return "prévu";
    case Statut::retarde:
      return "retardé";
    case Statut::en_vol:
      return "en vol";
    case Statut::deroute:
      return "dérouté";
    case Statut::atterri:
      return "atterri";
    case Statut::annule:
      return "annulé";
  }
  return {};
}

std::optional<Statut> statut_from(std::string_view name) {
  using enum Statut;
  for (const Statut statut : {prevu, retarde, en_vol, deroute, atterri, annule}) {
    if (text(statut) == name) return statut;
  }
  return std::nullopt;
}

std::string_view text(Kind kind) {
  switch (kind) {
    case Kind::avion:
      return "avion";
    case Kind::pilote:
      return "pilote";
    case Kind::vol:
      return "vol";
    case Kind::passager:
      return "passager";
    case Kind::reservation:
      return "reservation";
  }
  return {};
}

Numero::Numero(std::string_view text) {
  must_be_short(text);
  std::ranges::copy(text, text_.begin());
}

Stream Stream::made(Kind kind, std::string_view numero, std::int32_t id) {
  must_be_short(numero);
  std::uint64_t beginning = 0, end = 0;  // eight characters, and two
  const auto load = [&]<class Word>(Word word, std::size_t at) {
    std::memcpy(&word, numero.data() + at, sizeof word);
    return std::uint64_t{word};
  };
  const std::size_t size = numero.size();
  if (size >= 8) {
    beginning = load(std::uint64_t{}, 0);
    if (size > 8) end = load(std::uint16_t{}, size - 2) >> 8 * (10 - size);
  } else if (size >= 4) {
    beginning = load(std::uint32_t{}, 0) | load(std::uint32_t{}, size - 4) << 8 * (size - 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) beginning |= load(std::uint8_t{}, i) << 8 * i;
  }
  const std::array<std::uint64_t, 2> words{
      static_cast<std::uint8_t>(kind) | beginning << 8,
      beginning >> 56 | end << 8 | std::uint64_t{static_cast<std::uint32_t>(id)} << 32,
  };
  return std::bit_cast<Stream>(words);
}

std::string text(const Stream& s) {
  switch (s.kind) {
    case Kind::vol:
      return fmt::format("vol/{}", s.numero.text());
    case Kind::reservation:
      return fmt::format("reservation/{}/{}", s.numero.text(), s.id);
    default:
      return fmt::format("{}/{}", text(s.kind), s.id);
  }
}

std::optional<Stream> stream_from(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view kind = name.substr(0, slash);
  const std::string_view key = name.substr(slash + 1);

  if (kind == text(Kind::vol)) {
    if (!is_numero(key)) return std::nullopt;
    return Stream::vol(key);
  }
  if (kind == text(Kind::reservation)) {
    // A numero may hold slashes itself (UA1545/001), an id cannot.
    const std::size_t last = key.rfind('/');
    if (last == std::string_view::npos || !is_numero(key.substr(0, last))) return std::nullopt;
    const std::optional<std::int32_t> passager_id = id_from(key.substr(last + 1));
    if (!passager_id) return std::nullopt;
    return Stream::reservation(key.substr(0, last), *passager_id);
  }
  for (const Kind with_id : {Kind::avion, Kind::pilote, Kind::passager}) {
    if (kind != text(with_id)) continue;
    const std::optional<std::int32_t> id = id_from(key);
    if (!id) return std::nullopt;
    return Stream{with_id, {}, *id};
  }
  return std::nullopt;
}

Stream stream_of(const Event& event) {
  return std::visit([](const auto& e) { return stream(e); }, event);
}

}  // namespace carnet
