// SPDX-License-Identifier: Apache-2.0
#include "events/codec.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <xxhash.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "events/archive.hpp"
#include "events/line.hpp"
#include "events/members.hpp"
#include "tests/events/random_record.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t before = 0x0123456789abcdef;

std::string encoded(const Record& record, std::uint64_t seed = before) {
  std::string bytes;
  encode(bytes, record, seed);
  return bytes;
}

/// The record that the bytes hold, none left over; null where the codec refuses them.
std::optional<Record> decoded(std::string_view bytes, const Record& place, std::uint64_t seed = before) {
  Record record;
  record.position = place.position;
  record.recorded = place.recorded;
  try {
    decode(bytes, record, seed);
  } catch (const BadBytes&) {
    return std::nullopt;
  }
  if (!bytes.empty()) return std::nullopt;
  return record;
}

TEST(ARecordsBytes, AreReadBackAsTheRecord) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (Record& record : random_records(seed)) {
      std::string bytes;
      record.checksum = encode(bytes, record, seed);
      EXPECT_EQ(decoded(bytes, record, seed), record) << to_line(record);
    }
  }
}

TEST(ARecordsBytes, FollowEachOtherInAChainOfChecksums) {
  std::vector<Record> records = random_records(1);
  std::string bytes;
  std::uint64_t checksum = 0;
  for (Record& record : records) checksum = record.checksum = encode(bytes, record, checksum);

  std::string_view rest = bytes, unread = bytes;
  checksum = 0;
  for (const Record& record : records) {
    Record read;
    read.position = record.position;
    read.recorded = record.recorded;
    decode(rest, read, checksum);
    checksum = read.checksum;
    EXPECT_EQ(read, record);
    EXPECT_EQ(skip(unread), record.checksum);
  }
  EXPECT_TRUE(rest.empty());
  EXPECT_TRUE(unread.empty());

  // A record that was written behind another one is refused here.
  rest = bytes;
  Record read;
  read.position = records.front().position;
  EXPECT_THROW(decode(rest, read, 1), BadBytes);
}

TEST(ARecordsBytes, WithAnyBitFlippedAreRefused) {
  for (const Record& record : random_records(2)) {
    std::string bytes = encoded(record);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      EXPECT_FALSE(decoded(bytes, record)) << to_line(record) << " bit " << bit;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
  }
}

TEST(ARecordsBytes, CutShortAnywhereAreRefused) {
  for (const Record& record : random_records(3)) {
    const std::string bytes = encoded(record);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decoded(std::string_view{bytes}.substr(0, size), record)) << to_line(record) << " at " << size;
    }
  }
}

/// A sound checksum over whatever the body now is: what a bug in a writer would leave, which no checksum can show.
std::string sealed(std::string bytes) {
  const auto length = static_cast<std::uint32_t>(bytes.size() - 12);
  const std::uint64_t checksum = XXH3_64bits_withSeed(bytes.data() + 12, length, before);
  std::memcpy(bytes.data(), &length, sizeof length);
  std::memcpy(bytes.data() + 4, &checksum, sizeof checksum);
  return bytes;
}

TEST(ABody, ThatNoWriterWroteIsRefusedOrReadButNeverMore) {
  std::mt19937_64 random{7};
  int refused = 0, read = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    for (const Record& record : random_records(seed)) {
      for (int i = 0; i < 50; ++i) {
        std::string bytes = encoded(record);
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
          bytes[12 + random() % (bytes.size() - 12)] = static_cast<char>(random());
        }
        if (random() % 4 == 0) bytes.resize(12 + random() % (bytes.size() - 12));
        ++(decoded(sealed(bytes), record) ? read : refused);
      }
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(read, 1000);  // another number or letter, as sound as the first
}

TEST(ABody, OfAnUnknownEventSchemaOrFlagOrWithBytesLeftOverIsRefused) {
  const Record record = random_records(4).front();
  const std::string bytes = encoded(record);
  ASSERT_TRUE(decoded(sealed(bytes), record));
  const auto with = [&](std::size_t index, int value) {
    std::string changed = bytes;
    changed[12 + index] = static_cast<char>(value);
    return decoded(sealed(changed), record);
  };
  EXPECT_FALSE(with(0, 0x00));
  EXPECT_FALSE(with(0, 0x1F));
  EXPECT_FALSE(with(1, 0));
  EXPECT_FALSE(with(1, 2));
  EXPECT_FALSE(with(2, 0x80));
  EXPECT_FALSE(decoded(sealed(bytes + '\0'), record));
}

TEST(AStatesBytes, AreReadBackAndCutShortRefused) {
  const Time time{std::chrono::seconds{1'795'341'900}};
  const Entity entities[]{
      std::monostate{},
      Avion{7, "A320", "Moyen-courrier", 850},
      Pilote{8, "Élodie Blanc", std::nullopt},
      Vol{"AF101", "Madrid", Statut::deroute, time, time, std::nullopt, 7, 8, time},
      Vol{"AF102", std::nullopt, Statut::prevu, time, std::nullopt, std::nullopt, std::nullopt, 8, std::nullopt},
      Passager{9, "Martin"},
      Reservation{"AF101", 9, "17A"},
  };
  for (const Entity& entity : entities) {
    std::string bytes;
    encode(bytes, Known{7, 300, entity});
    const Known read = decode_known(bytes);
    EXPECT_EQ(read.version, 7u);
    EXPECT_EQ(read.position, 300u);
    EXPECT_EQ(read.entity, entity);
    EXPECT_THROW(decode_known(bytes + '\0'), BadBytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THROW(decode_known(std::string_view{bytes}.substr(0, size)), BadBytes) << size;
    }
  }
  for (const Stream& stream : {Stream::avion(7), Stream::vol("AF101"), Stream::reservation("UA1545/001", 2147483647)}) {
    std::string bytes;
    encode(bytes, stream);
    EXPECT_EQ(decode_stream(bytes), stream);
  }
}

// Golden files: tests/golden/EVENT.vN, what schema version N of the event is on disk. In each, cases of a line and the
// bytes that hold it, as written when that version was current. They are never changed.

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string{text.substr(i, 2)}, nullptr, 16));
  }
  return out;
}

/// The record of a golden line: its place as the line says, `previous` two before it, all of its ids given by the
/// ledger if it has an id.
Record golden_record(const std::string& text) {
  auto read = parse_line(text);
  Line line = std::get<Line>(std::move(read));
  Record record;
  record.event = std::move(line.event);
  record.time = line.time.value();
  record.id = line.id;
  record.digest = line.digest;
  record.cloud_event = line.cloud_event;
  record.position = line.position.value();
  record.version = line.version.value();
  record.previous = record.version == 1 ? 0 : record.position - 2;
  record.assigned = record.id.empty() ? 0 : assigned_own;
  return record;
}

fs::path golden_file(std::string_view type, int schema) {
  return fs::path{CARNET_SOURCE_DIR} / "tests/golden" / fmt::format("{}.v{}", type, schema);
}

/// Writes the file of a version that has none yet, with CARNET_WRITE_GOLDEN set: every member given, then none but the
/// required ones, then null where null may be.
void write_golden(const EventType& type, const fs::path& file) {
  const auto value = [](const Member& member) -> std::string {
    switch (member.type) {
      case MemberType::numero:
        return "\"UA1545/001\"";
      case MemberType::id:
        return "2147483647";
      case MemberType::speed:
        return "850";
      case MemberType::statut:
        return "\"dérouté\"";
      case MemberType::time:
        return "\"2026-11-22T10:05:00.25Z\"";
      default:
        return member.max_characters < 10 ? "\"17A\"" : "\"Élodie 飛行 🚀\"";
    }
  };
  std::string full, bare, nulls;
  bool one = type.one_at_least;
  for (const Member& member : type.members) {
    if (member.type == MemberType::avion || member.type == MemberType::pilote) continue;
    const std::string given = fmt::format(",\"{}\":{}", member.name, value(member));
    const bool needed = member.required || (one && !member.required);
    if (!member.required) one = false;
    full += given;
    if (needed || member.name == "avion_id" || member.name == "pilote_id" || member.name == "passager_id")
      bare += given;
    nulls += member.nullable ? fmt::format(",\"{}\":null", member.name) : given;
  }
  const std::string head = fmt::format(R"("type":"{}","time":"2026-11-22T10:05:00)", type.name);
  const std::string digest = R"("digest":"000102030405060708090a0b0c0d0e0f")";
  const std::string lines[]{
      fmt::format(R"({{{}Z"{},"position":1,"version":1}})", head, bare),
      fmt::format(R"({{{}.000001Z"{},"id":"ops-42",{},"position":1000000,"version":300}})", head, full, digest),
      fmt::format(
          R"({{{}-01:00"{},"id":"é","cloudevent":{{"source":"/ops/cdg","subject":"AF101","retry":3}},{},"position":17,"version":2}})",
          head, nulls, digest),
  };
  std::ofstream out{file};
  for (const std::string& line : lines) out << line << '\n' << hex(encoded(golden_record(line))) << '\n';
}

TEST(TheGoldenBytes, OfEveryEventAndVersionAreReadForEver) {
  for (const EventType& type : catalogue()) {
    for (int schema = 1;; ++schema) {
      const fs::path file = golden_file(type.name, schema);
      if (schema == 1 && !fs::exists(file) && std::getenv("CARNET_WRITE_GOLDEN")) write_golden(type, file);
      if (schema > 1 && !fs::exists(file)) break;
      std::ifstream in{file};
      ASSERT_TRUE(in) << file;
      const bool current = !fs::exists(golden_file(type.name, schema + 1));
      int cases = 0;
      for (std::string line, bytes; std::getline(in, line) && std::getline(in, bytes); ++cases) {
        Record expected = golden_record(line);
        std::string now;
        expected.checksum = encode(now, expected, before);
        std::optional<Record> read = decoded(from_hex(bytes), expected);
        ASSERT_TRUE(read) << file << "\n" << line;
        if (current) {
          EXPECT_EQ(hex(now), bytes) << file << "\n"
                                     << line << "\nthe bytes of an event are for ever: a changed one "
                                     << "needs a new schema version and a golden file of its own";
        } else {
          read->checksum = expected.checksum;
        }
        EXPECT_EQ(*read, expected) << file << "\n" << line;
      }
      EXPECT_EQ(cases, 3) << file;
    }
  }
}

}  // namespace
}  // namespace carnet
