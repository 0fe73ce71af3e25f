// SPDX-License-Identifier: Apache-2.0
#include "query/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "events/nearest.hpp"

namespace carnet {
namespace {

std::vector<std::string_view> names_in(Kind kind) {
  std::vector<std::string_view> names;
  for (const Column& c : table(kind).columns) names.push_back(c.name);
  for (const Relation& r : relations()) {
    if (r.from == kind) names.push_back(r.name);
  }
  return names;
}

/// Without accents and in lower case: what people leave out when they type.
std::string folded(std::string_view utf8) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                 static_cast<utf8proc_ssize_t>(utf8.size()), &mapped, options);
  if (size < 0) return std::string{utf8};
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned{mapped, std::free};
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

std::string_view nearest_folded(std::string_view word, std::span<const std::string_view> known) {
  std::vector<std::string> texts;
  for (std::string_view name : known) texts.push_back(folded(name));
  const std::vector<std::string_view> views{texts.begin(), texts.end()};
  const std::string_view found = nearest(folded(word), views);
  return found.empty() ? found : known[static_cast<std::size_t>(std::ranges::find(views, found) - views.begin())];
}

}  // namespace

std::string hint(std::string_view word, std::span<const std::string_view> known, std::string_view what_they_are) {
  const std::string all = fmt::format("{} {}", what_they_are, fmt::join(known, ", "));
  const std::string_view meant = nearest_folded(word, known);
  return meant.empty() ? fmt::format(" ({})", all) : fmt::format(" (did you mean {}? {})", meant, all);
}

Kind entity(std::string_view name) {
  if (const auto kind = entity_named(name)) return *kind;
  std::vector<std::string_view> plural, known;
  for (const Table& t : tables()) {
    plural.push_back(t.name);
    known.insert(known.end(), {t.name, t.singular});
  }
  const std::string_view meant = nearest_folded(name, known);
  throw QuestionError(
      fmt::format("there is no entity {} ({}known are {})", name,
                  meant.empty() ? "" : fmt::format("did you mean {}? ", meant), fmt::join(plural, ", ")),
      {0, name.size()});
}

Path resolve(Kind from, std::string_view dotted, Place place, bool text_here) {
  Path path{from, {}, nullptr};
  for (std::size_t start = 0;;) {
    const std::size_t dot = dotted.find('.', start);
    const std::string_view name = dotted.substr(start, dot - start);
    const Place here{place.offset + start, name.size()};
    const Kind kind = path.to();
    if (path.column)
      throw QuestionError(fmt::format("{} is a column: nothing comes after it", dotted.substr(0, start - 1)), here);
    if (const Relation* r = relation(kind, name)) {
      if (path.steps.size() == max_steps)
        throw QuestionError(fmt::format("a path has at most {} relations", max_steps), here);
      path.steps.push_back(r);
    } else if (const Column* c = column(kind, name)) {
      path.column = c;
    } else {
      const std::vector<std::string_view> known = names_in(kind);
      const bool text_without_quotes = text_here && !name.empty() && name.size() == dotted.size();
      throw QuestionError(
          fmt::format("{} has no {}{}", table(kind).singular, name.empty() ? "empty name" : name,
                      hint(name, known, text_without_quotes ? "a text is written in single quotes; it has" : "it has")),
          here);
    }
    if (dot == std::string_view::npos) return path;
    start = dot + 1;
  }
}

}  // namespace carnet
