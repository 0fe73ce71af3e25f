// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <sstream>

#include "cli/exit.hpp"
#include "cli/history_place.hpp"
#include "events/catalogue.hpp"

namespace carnet {

Selection::Selection(const std::string& from, const std::string& to, const std::string& type, const std::string& option)
    : from_(bound(option + "from", from)), to_(bound(option + "to", to)) {
  if (type.empty()) types_.fill(true);
  std::istringstream globs(type);
  for (std::string glob; std::getline(globs, glob, ',');) {
    bool found = false;
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (::fnmatch(glob.c_str(), std::string{catalogue()[i].name}.c_str(), 0) == 0) found = types_[i] = true;
    }
    if (!found) throw Usage(fmt::format("{}type {}: no such events (`carnet events` lists them)", option, glob));
  }
}

Position Selection::first() const {
  return std::max<Position>(from_.position.value_or(1), 1);
}
Position Selection::last() const {
  return to_.position.value_or(std::numeric_limits<Position>::max());
}

Selection::Bound Selection::bound(const std::string& option, const std::string& given) {
  if (given.empty()) return {};
  const HistoryPlace place = history_place(option, given);
  if (const auto* time = std::get_if<Time>(&place)) return {{}, *time};
  return {std::get<Position>(place), {}};
}

}  // namespace carnet
