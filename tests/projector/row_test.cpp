// SPDX-License-Identifier: Apache-2.0
#include "projector/row.hpp"

#include <gtest/gtest.h>

namespace carnet {
namespace {

using namespace std::chrono_literals;

const Time first{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
const Time last{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - 1us};

const std::vector<Row> rows{
    {Avion{1, "A320-232", std::nullopt, std::nullopt}, 1},
    {Avion{2147483647, "é", "N1\\t\t", 0}, 9'000'000'000},
    {Pilote{7, "Zoé", "LIC\"1"}, 3},
    {Pilote{8, "x", std::nullopt}, 4},
    {Passager{9, "佐藤"}, 5},
    {Vol{"AF101", std::nullopt, Statut::prevu, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt,
         std::nullopt},
     6},
    {Vol{"!~!~!~!~!~", "Orly", Statut::deroute, first, last, Time{}, 1, 2, std::nullopt}, 7},
    {Reservation{"AF101", 9, "12A"}, 8},
    {Reservation{"AF101", 10, std::nullopt}, 9},
};

TEST(Row, ComesBackFromItsTuple) {
  for (const Row& row : rows) {
    std::string tuple;
    append_tuple(tuple, row);
    EXPECT_EQ(row_from(stream_of(row.entity).kind, fields_of_tuple(tuple)), row) << text(stream_of(row.entity));
  }
}

TEST(Row, HasAFieldForEachColumnOfItsTableAndThePosition) {
  for (const Row& row : rows) {
    std::string tuple;
    append_tuple(tuple, row);
    EXPECT_EQ(static_cast<std::size_t>(tuple[1]), table(stream_of(row.entity).kind).columns.size() + 1);
  }
}

TEST(Row, ATupleThatEndsEarlyIsAnErrorAtEveryLength) {
  std::string tuple;
  append_tuple(tuple, rows[6]);
  for (std::size_t length = 0; length < tuple.size(); ++length) {
    EXPECT_THROW(row_from(Kind::vol, fields_of_tuple(std::string_view(tuple).substr(0, length))), DatabaseError)
        << length;
  }
}

}  // namespace
}  // namespace carnet
