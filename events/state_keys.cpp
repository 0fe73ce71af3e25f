// SPDX-License-Identifier: Apache-2.0
#include "events/state_keys.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

#include "events/reader.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

std::string ordered_id(std::int32_t id) {
  const auto big_endian = __builtin_bswap32(static_cast<std::uint32_t>(id));
  return {reinterpret_cast<const char*>(&big_endian), sizeof big_endian};
}

}  // namespace

std::string key_of(const Stream& s) {
  std::string key = "e";
  key += static_cast<char>(s.kind);
  key += s.numero.text();
  if (s.kind == Kind::reservation) key += '\0';
  if (s.kind != Kind::vol) key += ordered_id(s.id);
  return key;
}

std::string key_of(const Claim& c) {
  std::string key = "c";
  key += static_cast<char>(c.of);
  return key + ordered_id(c.id) + c.text;
}

std::string key_of(const Digest& identity) {
  return "i" + store::ordered_key(identity.high) + store::ordered_key(identity.low);
}

// Beside the streams, so that the hashes of an avion and of the claim on it differ.
std::size_t hash_value(const Claim& c) {
  const std::size_t of = hash_value(Stream{Kind{}, {}, c.id}) + static_cast<std::size_t>(c.of);
  return c.text.empty() ? of : XXH3_64bits_withSeed(c.text.data(), c.text.size(), of);
}

std::uint64_t hash_of_key(std::string_view key) {
  constexpr std::size_t head = 2, id_size = 4;  // what it is and of which kind
  const bool is_claim = key.starts_with('c'), is_identity = key.starts_with('i');
  const auto kind = static_cast<std::uint8_t>(key.size() < head ? 0 : key[1]);
  const bool is_vol = !is_claim && !is_identity && kind == static_cast<std::uint8_t>(Kind::vol);
  const bool is_reservation = !is_claim && !is_identity && kind == static_cast<std::uint8_t>(Kind::reservation);
  const std::size_t least = head + (is_vol ? 1 : id_size) + (is_reservation ? 1 : 0);
  const std::size_t most =
      is_claim ? std::string_view::npos : least + (is_vol || is_reservation ? Numero::max_size : 0);
  if (is_identity ? key.size() != 1 + 2 * sizeof(std::uint64_t) : key.size() < least || key.size() > most) {
    throw Damage("state: a key too short or too long (move the state away: it is folded anew from the log)");
  }
  const auto id = [&](std::size_t at) {
    std::uint32_t big_endian = 0;
    std::memcpy(&big_endian, key.data() + at, sizeof big_endian);
    return static_cast<std::int32_t>(__builtin_bswap32(big_endian));
  };
  if (is_identity) return store::from_ordered_key(key.substr(1 + sizeof(std::uint64_t)));
  if (is_claim)
    return hash_value(Claim{static_cast<Claim::Of>(kind), id(head), std::string{key.substr(head + id_size)}});
  if (is_vol) return hash_value(Stream::vol(key.substr(head)));
  const std::size_t numero_size = key.size() - least;  // of a reservation; a NUL stands behind it
  return hash_value(Stream{static_cast<Kind>(kind), key.substr(head, numero_size), id(key.size() - id_size)});
}

}  // namespace carnet
