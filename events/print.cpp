// SPDX-License-Identifier: Apache-2.0
// From a Record back to its line.
#include <fmt/format.h>

#include "events/content.hpp"
#include "events/json.hpp"
#include "events/line.hpp"
#include "events/members.hpp"
#include "events/time.hpp"

namespace carnet {
namespace {

void put(std::string& out, const std::string& value) {
  json::append_quoted(out, value);
}
void put(std::string& out, Statut value) {
  json::append_quoted(out, text(value));
}
void put(std::string& out, std::integral auto value) {
  out += fmt::format_int(value).c_str();
}
void put(std::string& out, Time value) {
  out += '"';
  append_text(out, value);
  out += '"';
}
template <class T>
void put(std::string& out, const std::optional<T>& value) {
  if (value) {
    put(out, *value);
  } else {
    out += "null";
  }
}

void put_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
}

template <class T>
void put_member(std::string& out, std::string_view name, const T& value) {
  put_name(out, name);
  put(out, value);
}

void put_members(std::string& out, const Event& event) {
  std::visit(
      [&]<class E>(const E& e) {
        for_each_member<E>([&](const auto& field) {
          const auto& value = e.*field.pointer;
          if constexpr (requires { value.has_value(); }) {
            if (!value && !field.member.required) return;
          }
          put_member(out, field.member.name, value);
        });
      },
      event);
}

std::string_view name_of(const Event& event) {
  return std::visit([]<class E>(const E&) { return Shape<E>::name; }, event);
}

void put_attributes(std::string& out, const CloudEvent& cloud) {
  put_member(out, "source", cloud.source);
  if (!cloud.subject.empty()) put_member(out, "subject", cloud.subject);
  for (const auto& [name, value] : cloud.extensions) {
    put_name(out, name);
    out += value;
  }
}

void put_place(std::string& out, const Record& record) {
  if (record.digest) put_member(out, "digest", text(*record.digest));
  put_member(out, "position", record.position);
  put_member(out, "version", record.version);
  put_member(out, "recorded", record.recorded);
}

}  // namespace

std::string to_line(const Record& record) {
  std::string out = "{";
  out.reserve(256);
  put_name(out, "type");
  put(out, std::string{name_of(record.event)});
  put_member(out, "time", record.time);
  put_members(out, record.event);
  if (!record.id.empty()) put_member(out, "id", record.id);
  if (record.cloud_event) {
    put_name(out, "cloudevent");
    out += '{';
    put_attributes(out, *record.cloud_event);
    out += '}';
  }
  put_place(out, record);
  out += '}';
  return out;
}

std::string to_cloud_event(const Record& record, std::string_view uuid) {
  std::string out = R"({"specversion":"1.0")";
  put_member(out, "id", record.id.empty() ? std::to_string(record.position) : record.id);
  put_attributes(
      out, record.cloud_event.value_or(CloudEvent{
               fmt::format("{}{}{}", replay_source, uuid, record.id.empty() ? "" : replay_source_of_ids), {}, {}}));
  put_member(out, "type", std::string{name_of(record.event)});
  put_member(out, "time", record.time);
  put_name(out, "data");
  out += '{';
  put_members(out, record.event);
  out += '}';
  put_place(out, record);
  out += '}';
  return out;
}

}  // namespace carnet
