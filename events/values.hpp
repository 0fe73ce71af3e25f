// SPDX-License-Identifier: Apache-2.0
// The values of a line's members, read as what the catalogue says they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "events/rejection.hpp"

namespace carnet {

/// A JSON value as a message shows it: short, and never half a character.
std::string found(const json::Value& value);

/// Reads values and keeps, of all that is wrong with them, what stands first among the codes. `prefix` and `name` name
/// the member in a rejection. What was not read well leaves `out` unspecified.
class Values {
 public:
  std::optional<Rejection> rejection;

  void reject(Code code, std::string_view prefix, std::string_view name, std::string message);
  /// Found the value; what would do.
  void bad_value(std::string_view prefix, std::string_view name, const json::Value& value, std::string_view wanted);

  void read(const json::Value&, const Member&, std::string_view prefix, std::string& out);
  void read(const json::Value&, const Member&, std::string_view prefix, std::int32_t& out);
  void read(const json::Value&, const Member&, std::string_view prefix, Statut& out);
  void read(const json::Value&, const Member&, std::string_view prefix, Time& out);
  template <class T>
  void read(const json::Value& value, const Member& member, std::string_view prefix, std::optional<T>& out) {
    out.emplace();  // a null leaves a Maybe empty, and a Change holding nothing
    if (value.kind != json::Kind::null) {
      read(value, member, prefix, *out);
    } else if constexpr (!requires { out->has_value(); }) {
      out.reset();
    }
  }

 private:
  bool is_text(const json::Value& value, std::string_view prefix, std::string_view name);
};

}  // namespace carnet
