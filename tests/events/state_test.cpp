// SPDX-License-Identifier: Apache-2.0
// The keys of the state, the filter that answers for them, and the ids that wait to be written.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "events/filter.hpp"
#include "events/given_ids.hpp"
#include "events/reader.hpp"
#include "events/state_keys.hpp"

namespace carnet {
namespace {

TEST(AKeyOfTheState, HasTheHashOfWhatItIsTheKeyOf) {
  for (const Stream& stream :
       {Stream::avion(1), Stream::pilote(2'147'483'647), Stream::passager(256), Stream::vol("A"),
        Stream::vol("AF10112345"), Stream::reservation("AF101", 12), Stream::reservation("A", 2'147'483'647)}) {
    EXPECT_EQ(hash_of_key(key_of(stream)), hash_value(stream)) << text(stream);
  }
  for (const Claim& claim : {Claim{Claim::Of::licence, 0, "L"}, Claim{Claim::Of::licence, 0, "FR-2026-1"},
                             Claim{Claim::Of::siege, 0,
                                   std::string{"AF101\0"
                                               "12A",
                                               9}},
                             Claim{Claim::Of::avion, 7, ""}, Claim{Claim::Of::pilote, 2'147'483'647, ""}}) {
    EXPECT_EQ(hash_of_key(key_of(claim)), hash_value(claim)) << claim.text << claim.id;
  }
  const Digest identity{0x0123456789ABCDEF, 0xFEDCBA9876543210};
  EXPECT_EQ(hash_of_key(key_of(identity)), identity.low);
}

TEST(AKeyOfTheState, ThatIsCutShortIsNamed) {
  for (const std::string& key : {key_of(Stream::avion(1)), key_of(Claim{Claim::Of::pilote, 3, ""}),
                                 key_of(Stream::vol("A")), key_of(Digest{1, 2})}) {
    for (std::size_t size = 0; size < key.size(); ++size) {
      EXPECT_THROW(hash_of_key(std::string_view{key}.substr(0, size)), Damage) << size << " of " << key.size();
    }
  }
}

TEST(GivenIds, AreFoundAndCutLikeThoseOfAPlainMap) {
  std::mt19937_64 random(3);
  GivenIds ids;
  std::map<std::uint64_t, Position> plain;
  for (Position position = 1; position <= 20'000; ++position) {
    const std::uint64_t number = 1 + random() % (2 * position);
    if (plain.emplace(number, position).second) ids.add({number, ~number}, position);
    const std::uint64_t sought = 1 + random() % (2 * position);
    if (random() % 8 == 0) {
      const auto there = plain.find(sought);
      const Position* found = ids.find({sought, ~sought});
      ASSERT_EQ(found == nullptr ? 0 : *found, there == plain.end() ? 0 : there->second);
    }
    if (position % 1000 == 0) {
      const std::size_t size = random() % (ids.all().size() + 1);
      for (const auto& [identity, given] : ids.all().subspan(size)) plain.erase(identity.high);
      ids.cut(size);
    }
    ASSERT_EQ(ids.all().size(), plain.size());
  }
  ids.clear();
  EXPECT_EQ(ids.find({1, ~std::uint64_t{1}}), nullptr);
}

// Ten bits a key: one absent key in a hundred is mistaken, however many lines the filter has.
TEST(AFilter, KnowsWhatWasAddedAndMistakesFewOfTheOthers) {
  std::mt19937_64 random{1};
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1} << 10, std::size_t{1} << 24}) {
    Filter filter{bytes};
    std::vector<std::uint64_t> keys(std::max<std::size_t>(bytes * 8 / 10, 10));
    for (std::uint64_t& key : keys) filter.add(key = random());
    for (const std::uint64_t key : keys) ASSERT_TRUE(filter.may_hold(key));
    int mistaken = 0;
    for (int i = 0; i < 100'000; ++i) mistaken += filter.may_hold(random()) ? 1 : 0;
    EXPECT_LT(mistaken, 2'500) << bytes;
  }
}

}  // namespace
}  // namespace carnet
