// SPDX-License-Identifier: Apache-2.0
#include "projector/fold.hpp"

#include <gmock/gmock.h>

#include "projector/projection.hpp"
#include "tests/model.hpp"
#include "tests/random_history.hpp"

namespace carnet {
namespace {

using Rows = std::map<Stream, Row>;

/// The tables, as maps: what a window reads and writes.
struct Tables {
  Rows rows;

  void write(const Changes& changes) {
    for (const Changes::OfTable& of : changes.of) {
      for (const Row* row : of.inserted) EXPECT_TRUE(rows.emplace(stream_of(row->entity), *row).second);
      for (const Row* row : of.updated) {
        auto found = rows.find(stream_of(row->entity));
        ASSERT_NE(found, rows.end());
        found->second = *row;
      }
    }
    for (const Changes::OfTable& of : changes.of) {
      for (const Stream& stream : of.deleted) {
        // As the foreign keys do: ON DELETE SET NULL, ON DELETE CASCADE.
        for (auto& [key, row] : rows) {
          if (Vol* vol = std::get_if<Vol>(&row.entity)) {
            if (stream.kind == Kind::avion && vol->avion_id == stream.id) vol->avion_id.reset();
            if (stream.kind == Kind::pilote && vol->pilote_id == stream.id) vol->pilote_id.reset();
          }
        }
        std::erase_if(rows, [&](const auto& row) {
          bool mine =
              row.first.kind == Kind::reservation && ((stream.kind == Kind::vol && row.first.numero == stream.numero) ||
                                                      (stream.kind == Kind::passager && row.first.id == stream.id));
          return mine || row.first == stream;
        });
      }
    }
  }

  void take(std::span<const Record> window) {
    Fold fold;
    for (const Record& record : window) fold.take(record);
    for (const Stream& stream : fold.missing()) {
      if (auto found = rows.find(stream); found != rows.end()) fold.supply(found->second);
    }
    write(fold.finish());
  }
};

std::map<Stream, Entity> without_clock(std::map<Stream, Entity> entities) {
  for (auto& [stream, entity] : entities) {
    if (Vol* vol = std::get_if<Vol>(&entity)) vol->clock.reset();
  }
  return entities;
}

std::map<Stream, Entity> entities(const Rows& rows) {
  std::map<Stream, Entity> entities;
  for (const auto& [stream, row] : rows) entities.emplace(stream, row.entity);
  return without_clock(std::move(entities));
}

Model random_world(std::uint64_t seed, int lines) {
  Model model;
  RandomHistory history(seed);
  for (int i = 0; i < lines; ++i) {
    auto parsed = parse_line(history.line());
    if (const Line* line = std::get_if<Line>(&parsed)) model.append({line, 1}, Time{});
  }
  return model;
}

Record record(Position position, Version version, Position previous, Event event) {
  Record record;
  record.position = position;
  record.version = version;
  record.previous = previous;
  record.event = std::move(event);
  return record;
}

TEST(Fold, GivesTheLivingRowsOfAnyHistoryInWindowsOfAnySize) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Model model = random_world(seed, 1500);
    std::span<const Record> records = model.records();
    for (std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}, records.size()}) {
      Tables tables;
      for (std::size_t from = 0; from < records.size(); from += size) {
        tables.take(records.subspan(from, std::min(size, records.size() - from)));
      }
      EXPECT_EQ(entities(tables.rows), without_clock(model.living())) << "seed " << seed << ", windows of " << size;
    }
  }
}

TEST(Fold, OfLittleMemoryTakesSeveralPassesInTheOrderOfTheKeysAndAsksWhoDied) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Model model = random_world(seed, 3000);
    Tables tables;
    std::optional<Stream> from{Stream{}};
    int passes = 0;
    int asked = 0;
    for (; from; ++passes) {
      Fold fold(*from, 4'000);
      for (const Record& record : model.records()) fold.take(record);
      if (fold.asks_for_deaths()) {
        ++asked;
        for (const Record& record : model.records()) fold.take_death(record);
      }
      tables.write(fold.finish());
      from = fold.range().to;
    }
    EXPECT_GT(passes, 5);
    EXPECT_GT(asked, 5) << "more were deleted than fit in its memory";
    EXPECT_EQ(entities(tables.rows), without_clock(model.living())) << "seed " << seed;
  }
}

TEST(Fold, KeepsThePositionOfTheStreamsOwnLastRecord) {
  Model model = random_world(7, 1500);
  Tables tables;
  tables.take(model.records());
  std::map<Stream, Position> last;
  for (const Record& record : model.records()) last[stream_of(record.event)] = record.position;
  for (const auto& [stream, row] : tables.rows) EXPECT_EQ(row.position, last[stream]) << text(stream);
}

TEST(Fold, RefusesARecordThatDoesNotFollowTheOneBeforeItInItsStream) {
  Fold fold;
  fold.take(record(1, 1, 0, VolCreated{"AF1", {}, {}, {}}));
  EXPECT_THROW(fold.take(record(3, 3, 2, VolTookOff{"AF1"})), Damage);
}

TEST(Fold, NamesAStreamThatBeganBeforeAndRefusesToGoOnWithoutItsRow) {
  Fold fold;
  fold.take(record(9, 2, 4, VolTookOff{"AF1"}));
  EXPECT_THAT(fold.missing(), testing::ElementsAre(Stream::vol("AF1")));
  EXPECT_THROW(fold.finish(), Mismatch);
}

TEST(Fold, RefusesARowThatIsNotTheOneTheHistoryGoesOnFrom) {
  Fold fold;
  fold.take(record(9, 2, 4, VolTookOff{"AF1"}));
  Vol vol;
  vol.numero = "AF1";
  fold.supply({vol, 3});
  EXPECT_THROW(fold.finish(), Mismatch);
}

TEST(Fold, AReservationMayComeBackAfterItWasCancelledInAnEarlierWindow) {
  Fold fold;
  fold.take(record(9, 3, 8, ReservationMade{"AF1", 12, "1A"}));
  Changes changes = fold.finish();
  ASSERT_EQ(changes.of[4].inserted.size(), 1u);
  EXPECT_EQ(changes.of[4].inserted[0]->position, 9u);
}

}  // namespace
}  // namespace carnet
