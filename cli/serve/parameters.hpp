// SPDX-License-Identifier: Apache-2.0
// What a request asks for in its target: the path's segments, and the parameters behind the question mark.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carnet::serve {

/// %41 is A, and in a parameter + is a space. Null where a % is not followed by two digits, or the text holds a NUL.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);

/// Name and value of each parameter, in the order given. What is asked for wrongly is a Problem (400).
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(std::string_view query);

  /// Throws where there is one that is not among these: a mistyped one must not be passed over.
  void only(std::initializer_list<std::string_view> known) const;

  std::optional<std::string> text(std::string_view name) const;  ///< Throws where it is there twice.
  std::vector<std::string> all(std::string_view name) const;
  bool flag(std::string_view name) const;  ///< `x=true`, or `x` alone.
  std::optional<std::uint64_t> number(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace carnet::serve
