// SPDX-License-Identifier: Apache-2.0
#include "events/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <vector>

namespace carnet::json {
namespace {

constexpr std::size_t max_depth = 32;  // an event line nests three deep; a hostile one must not use up the stack

// Boost.JSON's events, written down as values in one vector. Texts are gathered in `arena`, which is as large as the
// line from the start, so that views into it stay good.
struct Handler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using string_view = boost::json::string_view;
  using error_code = boost::json::error_code;

  std::vector<Value> values;
  std::vector<std::size_t> open;
  std::vector<std::string_view> names;
  std::string arena;
  std::size_t text_start = 0;
  std::string_view name;
  std::string duplicate;

  void reset(std::size_t text_size) {
    values.clear();
    open.clear();
    arena.clear();
    arena.reserve(text_size);
    text_start = 0;
    name = {};
    duplicate.clear();
  }

  std::string_view take(string_view last_part) {
    arena.append(last_part.data(), last_part.size());
    const std::string_view text = std::string_view{arena}.substr(text_start);
    text_start = arena.size();
    return text;
  }
  bool part(string_view s) {
    arena.append(s.data(), s.size());
    return true;
  }
  bool add(Kind kind, std::string_view text, std::int64_t integer) {
    values.push_back({std::exchange(name, {}), kind, text, integer, values.size() + 1});
    return true;
  }
  bool begin(Kind kind) {
    open.push_back(values.size());
    return add(kind, {}, 0);
  }
  bool end() {
    values[open.back()].end = values.size();
    open.pop_back();
    return true;
  }
  bool names_differ() {
    names.clear();
    const std::size_t object = open.back();
    for (std::size_t i = object + 1; i < values.size(); i = values[i].end) names.push_back(values[i].name);
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice == names.end()) return true;
    duplicate = *twice;
    return false;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return begin(Kind::object); }
  bool on_object_end(std::size_t, error_code& error) {
    if (!names_differ()) {
      error = boost::json::error::exception;
      return false;
    }
    return end();
  }
  bool on_array_begin(error_code&) { return begin(Kind::array); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_key_part(string_view s, std::size_t, error_code&) { return part(s); }
  bool on_key(string_view s, std::size_t, error_code&) {
    name = take(s);
    return true;
  }
  bool on_string_part(string_view s, std::size_t, error_code&) { return part(s); }
  bool on_string(string_view s, std::size_t, error_code&) { return add(Kind::text, take(s), 0); }
  bool on_number_part(string_view s, error_code&) { return part(s); }
  bool on_int64(std::int64_t i, string_view s, error_code&) { return add(Kind::integer, take(s), i); }
  bool on_uint64(std::uint64_t, string_view s, error_code&) { return add(Kind::number, take(s), 0); }
  bool on_double(double, string_view s, error_code&) { return add(Kind::number, take(s), 0); }
  bool on_bool(bool b, error_code&) { return add(Kind::boolean, {}, b ? 1 : 0); }
  bool on_null(error_code&) { return add(Kind::null, {}, 0); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

boost::json::parse_options strict() {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  return options;
}

}  // namespace

struct Parser::Impl {
  boost::json::basic_parser<Handler> parser{strict()};
};

Parser::Parser() : impl_(std::make_unique<Impl>()) {}
Parser::~Parser() = default;

std::optional<std::string> Parser::parse(std::string_view text) {
  auto& parser = impl_->parser;
  Handler& handler = parser.handler();
  parser.reset();
  handler.reset(text.size());
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!handler.duplicate.empty() || error == boost::json::error::exception) {
    return fmt::format("the member `{}` stands there twice", handler.duplicate);
  }
  if (error == boost::json::error::too_deep) return fmt::format("nested more than {} deep", max_depth);
  if (error == boost::json::error::incomplete)
    return fmt::format("ends at byte {} before the object does", text.size());
  if (error) return fmt::format("at byte {}: {}", read + 1, error.message());
  const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
  if (rest != text.npos) return fmt::format("more text behind the object, at byte {}", rest + 1);
  if (handler.values.front().kind != Kind::object) return "not an object";
  return std::nullopt;
}

const Value& Parser::operator[](std::size_t index) const {
  return impl_->parser.handler().values[index];
}

std::string Parser::text_of(std::size_t index) const {
  const Value& value = (*this)[index];
  std::string out;
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.integer != 0 ? "true" : "false";
    case Kind::integer:
    case Kind::number:
      return std::string{value.text};
    case Kind::text:
      append_quoted(out, value.text);
      return out;
    case Kind::array:
    case Kind::object:
      break;
  }
  const bool object = value.kind == Kind::object;
  out += object ? '{' : '[';
  each(index, [&](const Value& held, std::size_t i) {
    if (out.size() > 1) out += ',';
    if (object) {
      append_quoted(out, held.name);
      out += ':';
    }
    out += text_of(i);
  });
  out += object ? '}' : ']';
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text, plain);
  out += '"';
}

}  // namespace carnet::json
