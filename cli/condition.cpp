// SPDX-License-Identifier: Apache-2.0
#include "cli/condition.hpp"

#include <fmt/format.h>

#include <charconv>

#include "cli/exit.hpp"

namespace carnet {
namespace {

std::optional<Expect> expect_from(std::string_view text) {
  if (text == "none") return Expect{Expect::Is::version, 0};
  if (text == "exists") return Expect{Expect::Is::alive, 0};
  Expect expect{Expect::Is::version, 0};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, expect.version);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return expect;
}

}  // namespace

Condition condition_from(std::string_view text) {
  const std::size_t equals = text.rfind('=');  // a numero may hold one, too
  const auto stream = stream_from(text.substr(0, equals));
  const auto expect = equals == text.npos ? std::nullopt : expect_from(text.substr(equals + 1));
  if (stream && expect) return {*stream, *expect};
  throw Usage(
      fmt::format("append: --expect {}: not STREAM=VERSION (vol/AF101=3, avion/7=exists, vol/AF102=none)", text));
}

}  // namespace carnet
