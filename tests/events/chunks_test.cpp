// SPDX-License-Identifier: Apache-2.0
// A commit's records on their way to the log: what is rolled back leaves no trace, what is held can be read.
#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include <random>
#include <vector>

#include "events/log.hpp"
#include "tests/events/random_record.hpp"

namespace carnet {
namespace {

std::string bytes(const Chunks& chunks) {
  rocksdb::WriteBatch batch;
  chunks.write(batch);
  return batch.Data();
}

/// One random record after the other, of every type in turn.
class Source {
 public:
  Record next() {
    if (at_ == records_.size()) {
      records_ = random_records(++seed_);
      at_ = 0;
    }
    Record record = records_[at_++];
    record.previous = 0;  // positions are the chunks' to give
    return record;
  }

 private:
  std::uint64_t seed_ = 0;
  std::size_t at_ = 0;
  std::vector<Record> records_;
};

const Tail tail{41, 0x0123456789ABCDEF, Time{std::chrono::microseconds{7}}};
const Time later{std::chrono::microseconds{9}};

// More records than a chunk takes, so that marks stand before, at and behind its end.
TEST(Chunks, AreAsIfWhatWasRolledBackHadNeverCome) {
  std::mt19937_64 random{5};
  Source source;
  Chunks straight{tail, later}, back_and_forth{tail, later};
  for (int i = 0; i < 2'500; ++i) {
    if (i % 100 == 0 || i % 1024 < 2) {
      const Chunks::Mark mark = back_and_forth.mark();
      for (std::uint64_t extra = random() % 1'500; extra > 0; --extra) {
        Record undone = source.next();
        back_and_forth.add(undone);
      }
      back_and_forth.roll_back(mark);
    }
    Record record = source.next();
    Record same = record;
    straight.add(record);
    back_and_forth.add(same);
    ASSERT_EQ(record, same) << i;
  }
  EXPECT_EQ(bytes(straight), bytes(back_and_forth));
}

TEST(Chunks, GiveBackEveryRecordThatTheyHold) {
  Source source;
  Chunks chunks{tail, later};
  std::vector<Record> records;
  for (int i = 0; i < 2'500; ++i) chunks.add(records.emplace_back(source.next()));
  EXPECT_FALSE(chunks.holds(tail.position));
  EXPECT_FALSE(chunks.holds(chunks.tail().position + 1));
  for (const Record& record : records) {
    ASSERT_TRUE(chunks.holds(record.position));
    ASSERT_EQ(chunks.at(record.position), record) << record.position;
  }
}

}  // namespace
}  // namespace carnet
