// SPDX-License-Identifier: Apache-2.0
// From text to a Line. Every fault of a line is looked for and the one that stands first among the codes is the answer,
// so that the order of the members does not matter.
#include "events/line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "events/content.hpp"
#include "events/json.hpp"
#include "events/members.hpp"
#include "events/nearest.hpp"
#include "events/values.hpp"

namespace carnet {
namespace {

using json::Value;

constexpr int max_id_characters = 1000;

/// One line being read: the document, what it becomes, and the fault that comes first.
class Reading : public Values {
 public:
  Reading(const json::Parser& document, Line& line) : document_(document), line_(line) {}

  void flat(std::size_t type);
  void cloud_event(std::size_t type);

 private:
  template <class E, class Other>
  E members(std::size_t object, std::string_view prefix, Other&& other);
  template <class E>
  bool nested(const Value& value, std::size_t index, std::string_view name, std::unique_ptr<E>& out);
  template <class Other>
  void event(std::size_t object, std::size_t type, Other&& other);

  bool envelope(const Value& value, std::size_t index);
  void read_id(const Value& value);
  void read_expect(const Value& value);
  void read_digest(const Value& value);
  void read_count(const Value& value, std::optional<std::uint64_t>& out);
  void read_cloud_attributes(const Value& value, std::size_t index);
  bool read_attribute(const Value& value, std::size_t index, std::string_view prefix, CloudEvent& cloud);
  void require(std::string_view prefix, std::string_view name, std::size_t object);

  const json::Parser& document_;
  Line& line_;
};

// Reads event E from the object. `other(value, index)` takes the members that are not the event's own, or says false.
template <class E, class Other>
E Reading::members(std::size_t object, std::string_view prefix, Other&& other) {
  E event;
  unsigned seen = 0;
  document_.each(object, [&](const Value& value, std::size_t index) {
    bool own = false;
    unsigned bit = 1;
    for_each_member<E>([&](const auto& field) {
      if (!own && value.name == field.member.name) {
        own = true;
        seen |= bit;
        if (value.kind == json::Kind::null && !field.member.nullable) {
          bad_value(prefix, value.name, value, "it may not be null");
        } else {
          read(value, field.member, prefix, event.*field.pointer);
        }
      }
      bit <<= 1;
    });
    if (own || other(value, index)) return;
    std::string names;
    for (const Member& m : event_type(Shape<E>::name)->members)
      names += fmt::format("{}{}", names.empty() ? "" : ", ", m.name);
    reject(Code::unknown_field, prefix, value.name, fmt::format("{} has {}", Shape<E>::name, names));
  });

  unsigned bit = 1;
  bool one_seen = !Shape<E>::one_at_least;
  std::string_view one;
  for_each_member<E>([&](const auto& field) {
    if (field.member.required) {
      if (!(seen & bit))
        reject(Code::missing_field, prefix, field.member.name, fmt::format("{} needs it", Shape<E>::name));
    } else {
      if (one.empty()) one = field.member.name;
      one_seen = one_seen || (seen & bit);
    }
    bit <<= 1;
  });
  if (!one_seen) {
    reject(Code::missing_field, prefix, one, fmt::format("{} names at least one member to change", Shape<E>::name));
  }
  return event;
}

template <class E>
bool Reading::nested(const Value& value, std::size_t index, std::string_view name, std::unique_ptr<E>& out) {
  if (value.name != name) return false;
  if (value.kind != json::Kind::object) {
    bad_value("", name, value, fmt::format("an object with the members of {} would do", Shape<E>::name));
  } else {
    out = std::make_unique<E>(
        members<E>(index, fmt::format("{}.", name), [](const Value&, std::size_t) { return false; }));
  }
  return true;
}

template <class Other>
void Reading::event(std::size_t object, std::size_t type, Other&& other) {
  const auto read_as = [&]<class E>(const E*) {
    bool both = false;
    line_.event = members<E>(object, "", [&](const Value& value, std::size_t index) {
      if constexpr (std::same_as<E, VolCreated>) {
        if (nested(value, index, "avion", line_.avion) || nested(value, index, "pilote", line_.pilote)) return true;
      }
      return other(value, index);
    });
    if constexpr (std::same_as<E, VolCreated>) {
      document_.each(object, [&](const Value& value, std::size_t) {
        both = (value.name == "avion_id" && line_.avion) || (value.name == "pilote_id" && line_.pilote);
        if (both) bad_value("", value.name, value, "either the id or the nested object would do, not both");
      });
    }
  };
  // The type's index in the catalogue is its index in the variant.
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((I == type ? read_as(static_cast<const std::variant_alternative_t<I, Event>*>(nullptr)) : void()), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Event>>{});
}

void Reading::read_id(const Value& value) {
  static constexpr Member id{"id", MemberType::text, max_id_characters, false, false};
  read(value, id, "", line_.id);
}

void Reading::read_expect(const Value& value) {
  if (value.kind == json::Kind::integer && value.integer >= 0) {
    line_.expect = {Expect::Is::version, static_cast<Version>(value.integer)};
  } else if (value.kind == json::Kind::text && value.text == "none") {
    line_.expect = {Expect::Is::version, 0};
  } else if (value.kind == json::Kind::text && value.text == "exists") {
    line_.expect = {Expect::Is::alive, 0};
  } else {
    bad_value("", value.name, value, R"(a version, "none" or "exists" would do)");
  }
}

void Reading::read_digest(const Value& value) {
  line_.digest = value.kind == json::Kind::text ? digest_from(value.text) : std::nullopt;
  if (!line_.digest) bad_value("", value.name, value, "32 hexadecimal digits, as replay prints them, would do");
}

void Reading::read_count(const Value& value, std::optional<std::uint64_t>& out) {
  if (value.kind != json::Kind::integer || value.integer < 1) {
    return bad_value("", value.name, value, "a whole number from 1 would do");
  }
  out = static_cast<std::uint64_t>(value.integer);
}

// The members that any event may have beside its own.
bool Reading::envelope(const Value& value, std::size_t) {
  if (value.name == "type") return true;
  if (value.name == "time") {
    static constexpr Member time{"time", MemberType::time, 0, false, false};
    read(value, time, "", line_.time.emplace());
  } else if (value.name == "id") {
    read_id(value);
  } else if (value.name == "expect") {
    read_expect(value);
  } else if (value.name == "position") {
    read_count(value, line_.position);
  } else if (value.name == "version") {
    read_count(value, line_.version);
  } else if (value.name == "digest") {
    read_digest(value);
  } else {
    return value.name == "recorded";  // the ledger's own, from a replay
  }
  return true;
}

void Reading::require(std::string_view prefix, std::string_view name, std::size_t object) {
  bool there = false;
  document_.each(object, [&](const Value& value, std::size_t) { there = there || value.name == name; });
  if (!there) reject(Code::missing_field, prefix, name, "a CloudEvents event needs it");
}

// source, subject or an extension attribute.
bool Reading::read_attribute(const Value& value, std::size_t index, std::string_view prefix, CloudEvent& cloud) {
  if (value.name == "source" || value.name == "subject") {
    const Member attribute{value.name, MemberType::text, max_id_characters, false, false};
    read(value, attribute, prefix, value.name == "source" ? cloud.source : cloud.subject);
    return true;
  }
  const bool named_well = !value.name.empty() && std::ranges::all_of(value.name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  if (!named_well || value.name == "data" || value.name == "specversion") return false;
  if (value.kind != json::Kind::text && value.kind != json::Kind::integer && value.kind != json::Kind::boolean) {
    bad_value(prefix, value.name, value, "an extension attribute is text, a whole number, true or false");
  } else {
    cloud.extensions.emplace_back(value.name, document_.text_of(index));
  }
  return true;
}

void Reading::read_cloud_attributes(const Value& value, std::size_t index) {
  if (value.kind != json::Kind::object)
    return bad_value("", value.name, value, "an object, as replay prints it, would do");
  CloudEvent& cloud = line_.cloud_event.emplace();
  document_.each(index, [&](const Value& held, std::size_t i) {
    if (!read_attribute(held, i, "cloudevent.", cloud)) {
      reject(Code::unknown_field, "cloudevent.", held.name, "source, subject and extension attributes stand here");
    }
  });
  require("cloudevent.", "source", index);
}

void Reading::flat(std::size_t type) {
  event(0, type, [&](const Value& value, std::size_t index) {
    if (value.name == "cloudevent") {
      read_cloud_attributes(value, index);
      return true;
    }
    return envelope(value, index);
  });
  if (line_.cloud_event) require("", "id", 0);
}

void Reading::cloud_event(std::size_t type) {
  CloudEvent& cloud = line_.cloud_event.emplace();
  std::size_t data = 0;
  document_.each(0, [&](const Value& value, std::size_t index) {
    if (value.name == "specversion") {
      if (value.kind != json::Kind::text || value.text != "1.0") bad_value("", value.name, value, "\"1.0\" would do");
    } else if (value.name == "data") {
      if (value.kind == json::Kind::object) {
        data = index;
      } else {
        bad_value("", value.name, value, "an object with the event's members would do");
      }
    } else if (value.name == "datacontenttype") {
      if (value.kind != json::Kind::text || value.text != "application/json") {
        bad_value("", value.name, value, "\"application/json\" would do");
      }
    } else if (!envelope(value, index) && !read_attribute(value, index, "", cloud)) {
      reject(Code::unknown_field, "", value.name, "an attribute's name has lower-case letters and digits only");
    }
  });
  for (const char* name : {"id", "source", "data"}) require("", name, 0);
  if (data != 0) event(data, type, [](const Value&, std::size_t) { return false; });
  // A plain event that was replayed as a CloudEvent; one without an id was given its position for one.
  if (!line_.position || !cloud.source.starts_with(replay_source)) return;
  if (line_.digest && cloud.source.ends_with(replay_source_of_ids)) {
    line_.cloud_event.reset();
  } else if (!line_.digest && line_.id == std::to_string(*line_.position)) {
    line_.id.clear();
    line_.cloud_event.reset();
  }
}

std::string nearest_type(std::string_view text) {
  const std::string_view entity = text.substr(0, text.find('.'));
  std::vector<std::string_view> names;
  std::string of_entity;
  for (const EventType& type : catalogue()) {
    names.push_back(type.name);
    if (carnet::text(type.entity) == entity) of_entity += fmt::format("{}{}", of_entity.empty() ? "" : ", ", type.name);
  }
  if (const std::string_view meant = nearest(text, names); !meant.empty())
    return fmt::format("did you mean {}?", meant);
  return of_entity.empty() ? "types start with avion., pilote., passager., vol. or reservation."
                           : "there is " + of_entity;
}

}  // namespace

std::variant<Line, Rejection> parse_line(std::string_view text) {
  if (text.size() > max_line_bytes) {
    return Rejection{Code::malformed, "",
                     fmt::format("a line of {} bytes; at most {} would do", text.size(), max_line_bytes)};
  }
  thread_local json::Parser document;
  if (auto fault = document.parse(text)) return Rejection{Code::malformed, "", *std::move(fault)};

  const Value* type = nullptr;
  bool is_cloud_event = false;
  document.each(0, [&](const Value& value, std::size_t) {
    if (value.name == "type") type = &value;
    is_cloud_event = is_cloud_event || value.name == "specversion";
  });
  if (type == nullptr) return Rejection{Code::missing_field, "type", "every event needs it, such as vol.took_off"};
  const std::span types = catalogue();
  const auto known = std::ranges::find(types, type->text, &EventType::name);
  if (known == types.end()) {
    return Rejection{Code::unknown_type, "type", fmt::format("found {}; {}", found(*type), nearest_type(type->text))};
  }
  const auto index = static_cast<std::size_t>(known - types.begin());

  Line line;
  Reading reading{document, line};
  if (is_cloud_event) {
    reading.cloud_event(index);
  } else {
    reading.flat(index);
  }
  if (reading.rejection) return *std::move(reading.rejection);
  if (!line.id.empty()) {
    if (!line.digest) line.digest = content_digest(document);
    line.identity = identity(line.cloud_event, line.id);
  }
  return line;
}

}  // namespace carnet
