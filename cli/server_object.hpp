// SPDX-License-Identifier: Apache-2.0
// One JSON object that the server answered, and what an error in it means here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit.hpp"
#include "events/json.hpp"

namespace carnet {

/// A member that is not there, or is of another kind, is empty: the server may be of another version.
class ServerObject {
 public:
  explicit ServerObject(std::string_view json);

  bool has(std::string_view name) const { return find(name).has_value(); }
  std::string text(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;  ///< An array's.
  std::optional<std::int64_t> number(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// The number in the object that is a member.
  std::optional<std::int64_t> number(std::string_view object, std::string_view name) const;

 private:
  std::optional<std::size_t> find(std::string_view name, std::size_t in = 0) const;

  json::Parser parser_;
  bool sound_;
};

/// The status that the command ends with when the server answers with that one.
Exit exit_of(int http_status, const ServerObject& problem);

/// Throws the std::system_error whose what() is the text.
[[noreturn]] void throw_system_error(int number, std::string what);

}  // namespace carnet
