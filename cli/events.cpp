// SPDX-License-Identifier: Apache-2.0
// carnet events: the catalogue, for people and for programs.
#include <fmt/format.h>
#include <fnmatch.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "cli/command.hpp"
#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "events/nearest.hpp"

namespace carnet {
namespace {

std::string_view type_text(MemberType type) {
  switch (type) {
    case MemberType::numero:
      return "numero";
    case MemberType::id:
      return "id";
    case MemberType::speed:
      return "speed";
    case MemberType::text:
      return "text";
    case MemberType::statut:
      return "statut";
    case MemberType::time:
      return "time";
    case MemberType::avion:
      return "avion";
    case MemberType::pilote:
      return "pilote";
  }
  return {};
}

/// What it may hold, as a sentence's part.
std::string range_text(const Member& member) {
  switch (member.type) {
    case MemberType::numero:
      return "1 to 10 characters from ! to ~";
    case MemberType::id:
      return "1 to 2147483647";
    case MemberType::speed:
      return "0 to 2147483647 km/h";
    case MemberType::text:
      return fmt::format("1 to {} characters", member.max_characters);
    case MemberType::statut:
      return "prévu, retardé, en vol, dérouté, atterri or annulé";
    case MemberType::time:
      return "RFC 3339 with an offset, to the microsecond";
    case MemberType::avion:
      return "an object, members as in avion.registered";
    case MemberType::pilote:
      return "an object, members as in pilote.registered";
  }
  return {};
}

std::string members_text(const EventType& type) {
  std::string out;
  for (const Member& member : type.members) {
    if (!out.empty()) out += ", ";
    out += member.name;
    if (!member.required) out += '?';
  }
  return out;
}

/// What it may be refused for beside what its rule says: the codes, for who looks them up.
std::string further_codes(const EventType& type) {
  static constexpr std::array<std::string_view, 5> steps{"vol.delayed", "vol.took_off", "vol.diverted", "vol.landed",
                                                         "vol.cancelled"};
  std::string out;
  if (std::ranges::find(steps, type.name) != steps.end())
    out = "time_reversed: earlier than what happened to the vol last.";
  if (type.name == "vol.took_off" || type.name == "vol.amended") {
    out.append(out.empty() ? "" : " ").append("in_flight: its avion or pilote is on another flight in the air.");
  } else if (type.name.ends_with(".deleted") && (type.entity == Kind::avion || type.entity == Kind::pilote)) {
    out = "in_flight: it is on a flight in the air.";
  }
  return out;
}

void describe(Output& out, const EventType& type) {
  out.write(fmt::format("{}\n  {}\n", type.name, type.rule));
  for (const Member& member : type.members) {
    out.write(fmt::format("    {:<16} {}{}{}\n", member.name, range_text(member), member.nullable ? "; or null" : "",
                          member.required ? "" : "; may be left out"));
  }
  if (type.one_at_least) out.write("    (one at least of those that may be left out)\n");
  out.write(fmt::format("    {:<16} when it happened, RFC 3339 with an offset; left out: now\n", "time"));
  out.write(fmt::format("    {:<16} the source's own; the same line with it again is answered as before\n", "id"));
  out.write(fmt::format("    {:<16} the version that the {} must be at, 0 for none, or \"exists\"\n", "expect",
                        text(type.entity)));
  if (const std::string codes = further_codes(type); !codes.empty()) out.write(fmt::format("  {}\n", codes));
  out.write(fmt::format("  {}\n", type.example));
}

void append_json(std::string& out, const Member& member) {
  out += fmt::format(R"({{"name":"{}","type":"{}","holds":)", member.name, type_text(member.type));
  json::append_quoted(out, range_text(member));
  out += fmt::format(R"(,"required":{},"nullable":{}}})", member.required, member.nullable);
}

std::string to_json(const EventType& type) {
  std::string out = fmt::format(R"({{"type":"{}","entity":"{}","rule":)", type.name, text(type.entity));
  json::append_quoted(out, type.rule);
  out += R"(,"members":[)";
  for (const Member& member : type.members) {
    if (out.back() != '[') out += ',';
    append_json(out, member);
  }
  return out + fmt::format(R"(],"one_at_least":{},"example":{}}})", type.one_at_least, type.example);
}

void list_as_json(Output& out, const std::vector<const EventType*>& types, bool array) {
  std::string_view separator = array ? "[\n" : "";
  for (const EventType* type : types) {
    out.write(std::exchange(separator, array ? ",\n" : "\n"));
    out.write(to_json(*type));
  }
  out.write(array ? "\n]\n" : "\n");
}

void list_in_columns(Output& out, const std::vector<const EventType*>& types, Format format) {
  const TupleShape shape{"events", {{"type", Type::text}, {"members", Type::text}}, 0, false, 0, {}};
  const auto rows = printer(format, shape, out, standard_screen());
  for (const EventType* type : types) rows->row({{std::string{type->name}, members_text(*type)}, {}});
  rows->end();
}

Exit run(const Common& common, const std::string& wanted) {
  std::vector<const EventType*> types;
  std::vector<std::string_view> names;
  for (const EventType& type : catalogue()) {
    names.push_back(type.name);
    const bool fits = wanted.empty() || wanted == text(type.entity) ||
                      ::fnmatch(wanted.c_str(), std::string{type.name}.c_str(), 0) == 0;
    if (fits) types.push_back(&type);
  }
  if (types.empty()) {
    const std::string_view meant = nearest(wanted, names);
    throw Usage(fmt::format("events: {}: no such event ({})", wanted,
                            meant.empty() ? "`carnet events` lists them" : fmt::format("did you mean {}?", meant)));
  }
  Output out;
  const Format format = common.format_or_usual();
  if (format == Format::table && !wanted.empty()) {
    for (const EventType* type : types) describe(out, *type);
  } else if (format == Format::table || format == Format::csv) {
    list_in_columns(out, types, format);
  } else {
    list_as_json(out, types, format == Format::json);
  }
  out.flush();
  return Exit::done;
}

}  // namespace

Command events_command(CLI::App& app, const Common& common) {
  auto wanted = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("events", "The catalogue of events: members, types, units, rules, an example");
  command->add_option("TYPE", *wanted, "Only this type (vol.took_off), or this entity's (vol), in full");
  return {command, [&common, wanted] { return run(common, *wanted); }};
}

}  // namespace carnet
