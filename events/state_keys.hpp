// SPDX-License-Identifier: Apache-2.0
// The keys of the state's database (FORMAT.md, "State"), and the hashes that memory finds the same things by.
#pragma once

#include <string>
#include <string_view>

#include "events/record.hpp"
#include "events/rules.hpp"

namespace carnet {

inline constexpr std::string_view checkpoint_key = "!";  ///< Stands before every other key.
std::string key_of(const Stream&);
std::string key_of(const Claim&);
std::string key_of(const Digest& identity);

std::size_t hash_value(const Claim&);
/// The hash_value of what has this key; an identity's is its lower half. Throws Damage where it is no such key.
std::uint64_t hash_of_key(std::string_view key);

}  // namespace carnet
