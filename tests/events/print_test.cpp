// SPDX-License-Identifier: Apache-2.0
// Out and in again: a record's line, flat or as a CloudEvent, is read back as the same event.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "events/line.hpp"
#include "tests/events/random_record.hpp"

namespace carnet {
namespace {

Line parsed(const std::string& text) {
  auto read = parse_line(text);
  if (const auto* rejection = std::get_if<Rejection>(&read)) {
    ADD_FAILURE() << text << "\n" << rejection->member << ": " << rejection->message;
    return {};
  }
  return std::get<Line>(std::move(read));
}

void expect_same(const Line& line, const Record& record, const std::string& text) {
  EXPECT_EQ(line.event, record.event) << text;
  EXPECT_EQ(line.time, record.time) << text;
  EXPECT_EQ(line.id, record.id) << text;
  EXPECT_EQ(line.digest, record.digest) << text;
  EXPECT_EQ(line.cloud_event, record.cloud_event) << text;
  EXPECT_EQ(line.position, record.position) << text;
  EXPECT_EQ(line.version, record.version) << text;
  EXPECT_EQ(line.expect, Expect{}) << text;
}

TEST(ARecord, PrintedAsALineIsReadBackAsItself) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const Record& record : random_records(seed)) {
      const std::string text = to_line(record);
      EXPECT_EQ(text.find('\n'), text.npos);
      expect_same(parsed(text), record, text);
    }
  }
}

TEST(ARecord, PrintedAsACloudEventIsReadBackAsItself) {
  constexpr std::string_view uuid = "3c2dcf4e-93ab-4f0c-9d3c-0d6d3a1f5b11";
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const Record& record : random_records(seed)) {
      // A flat event with an id of its own becomes a CloudEvent for good.
      if (!record.id.empty() && !record.cloud_event) continue;
      const std::string text = to_cloud_event(record, uuid);
      EXPECT_EQ(text.find('\n'), text.npos);
      expect_same(parsed(text), record, text);
    }
  }
}

TEST(ARecord, IsPrintedWithItsPlaceAndUtcTimes) {
  Record record;
  record.event = VolDiverted{"AF101", "Saint-Étienne \"B\""};
  record.position = 17;
  record.version = 4;
  record.time = Time{std::chrono::milliseconds{1'795'341'900'250}};
  record.recorded = Time{std::chrono::seconds{1'795'341'901}};
  EXPECT_EQ(to_line(record),
            R"({"type":"vol.diverted","time":"2026-11-22T10:05:00.25Z","numero":"AF101",)"
            R"("destination":"Saint-Étienne \"B\"","position":17,"version":4,"recorded":"2026-11-22T10:05:01Z"})");
  EXPECT_EQ(to_cloud_event(record, "u-1"),
            R"({"specversion":"1.0","id":"17","source":"urn:uuid:u-1","type":"vol.diverted",)"
            R"("time":"2026-11-22T10:05:00.25Z","data":{"numero":"AF101","destination":"Saint-Étienne \"B\""},)"
            R"("position":17,"version":4,"recorded":"2026-11-22T10:05:01Z"})");
}

}  // namespace
}  // namespace carnet
