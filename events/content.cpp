// SPDX-License-Identifier: Apache-2.0
#include "events/content.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace carnet {
namespace {

constexpr std::array not_content{"id", "source", "expect", "position", "version", "recorded", "digest", "cloudevent"};

// Members sorted by name, at every depth; each value as JSON text.
void append_canonical(std::string& out, const json::Parser& line, std::size_t index, bool top) {
  const json::Value& value = line[index];
  if (value.kind != json::Kind::object) {
    out += line.text_of(index);
    return;
  }
  std::vector<std::pair<std::string_view, std::size_t>> members;
  line.each(index, [&](const json::Value& member, std::size_t i) {
    if (!top || std::ranges::find(not_content, member.name) == not_content.end()) members.emplace_back(member.name, i);
  });
  std::ranges::sort(members);
  out += '{';
  for (const auto& [name, i] : members) {
    json::append_quoted(out, name);
    out += ':';
    append_canonical(out, line, i, false);
    out += ',';
  }
  out += '}';
}

Digest digest_of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

}  // namespace

Digest content_digest(const json::Parser& line) {
  std::string canonical;
  append_canonical(canonical, line, 0, true);
  return digest_of(canonical);
}

Digest identity(const std::optional<CloudEvent>& cloud_event, std::string_view id) {
  thread_local std::string both;
  both.clear();
  if (cloud_event) both = cloud_event->source;
  both += '\0';
  both += id;
  return digest_of(both);
}

std::string text(const Digest& digest) {
  return fmt::format("{:016x}{:016x}", digest.high, digest.low);
}

std::optional<Digest> digest_from(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  Digest digest;
  const char* middle = hex.data() + 16;
  const auto high = std::from_chars(hex.data(), middle, digest.high, 16);
  const auto low = std::from_chars(middle, middle + 16, digest.low, 16);
  if (high.ec != std::errc{} || high.ptr != middle || low.ec != std::errc{} || low.ptr != middle + 16) {
    return std::nullopt;
  }
  return digest;
}

}  // namespace carnet
