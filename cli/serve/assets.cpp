// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/assets.hpp"

#include <algorithm>
#include <array>

namespace carnet {
namespace {

#include "assets.inc"  // made by cli/serve/embed.cmake: constexpr std::array assets

}  // namespace

const Asset* asset(std::string_view path) {
  const auto* found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : found;
}

}  // namespace carnet
