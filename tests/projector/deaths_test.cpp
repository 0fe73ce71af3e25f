// SPDX-License-Identifier: Apache-2.0
#include "projector/deaths.hpp"

#include <gtest/gtest.h>

namespace carnet {
namespace {

Stream avion(std::int32_t id) {
  return Stream::avion(id);
}

TEST(Deaths, AreKnownAsLongAsTheyFit) {
  Deaths deaths(3);
  EXPECT_TRUE(deaths.none());
  for (int id = 1; id <= 3; ++id) deaths.add(avion(id));
  EXPECT_FALSE(deaths.overflowed());
  EXPECT_FALSE(deaths.none());
  for (int id = 1; id <= 4; ++id) EXPECT_EQ(deaths.contains(avion(id)), id <= 3) << id;
}

TEST(Deaths, BeyondThatAreThoseThatWereAskedFor) {
  Deaths deaths(3);
  for (int id = 2; id <= 100; id += 2) deaths.add(avion(id));
  ASSERT_TRUE(deaths.overflowed());
  deaths.ask({avion(51), avion(50), avion(2), avion(50), Stream::pilote(50), avion(101)});
  for (int id = 2; id <= 100; id += 2) deaths.add(avion(id));
  EXPECT_TRUE(deaths.contains(avion(50)));
  EXPECT_TRUE(deaths.contains(avion(2)));
  EXPECT_FALSE(deaths.contains(avion(51)));
  EXPECT_FALSE(deaths.contains(avion(101)));
  EXPECT_FALSE(deaths.contains(Stream::pilote(50)));
}

}  // namespace
}  // namespace carnet
