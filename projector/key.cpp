// SPDX-License-Identifier: Apache-2.0
#include "projector/key.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace carnet {

Key::Key(const Stream& stream) : kind(stream.kind), id(stream.id) {
  std::memcpy(numero.data(), stream.numero.data(), std::min(stream.numero.size(), numero.size()));
}

Stream Key::stream() const {
  return {kind, id, std::string(numero.begin(), std::ranges::find(numero, '\0'))};
}

std::size_t hash_value(const Key& key) {
  static_assert(sizeof(Key) == 16);
  auto words = std::bit_cast<std::array<std::uint64_t, 2>>(key);
  std::uint64_t mixed = words[0] * 0x9E3779B97F4A7C15u ^ std::rotl(words[1] * 0xC2B2AE3D27D4EB4Fu, 31);
  return (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u;
}

}  // namespace carnet
