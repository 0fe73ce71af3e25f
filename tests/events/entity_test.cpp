// SPDX-License-Identifier: Apache-2.0
#include "events/entity.hpp"

#include <gmock/gmock.h>

#include <set>

#include "events/members.hpp"
#include "events/rejection.hpp"
#include "tests/events/story.hpp"

namespace carnet {
namespace {

TEST(TheSixStatuts, AreReadAsTheyAreWritten) {
  using enum Statut;
  const std::pair<Statut, std::string_view> table[]{{prevu, "prévu"},     {retarde, "retardé"}, {en_vol, "en vol"},
                                                    {deroute, "dérouté"}, {atterri, "atterri"}, {annule, "annulé"}};
  for (const auto& [statut, name] : table) {
    EXPECT_EQ(text(statut), name);
    EXPECT_EQ(statut_from(name), statut);
    EXPECT_EQ(in_the_air(statut), statut == en_vol || statut == deroute);
  }
  for (const char* other : {"", "prevu", "Prévu", "en_vol", "en vol ", "perdu"}) {
    EXPECT_EQ(statut_from(other), std::nullopt) << other;
  }
}

// Put together from words: every size, and the same as from its parts.
TEST(AStream, HoldsANumeroOfAnySizeUpToTen) {
  const std::string_view text = "UA1545/001";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string_view numero = text.substr(0, size);
    const Stream stream = Stream::reservation(numero, 2147483647);
    EXPECT_EQ(stream.kind, Kind::reservation);
    EXPECT_EQ(stream.numero.text(), numero);
    EXPECT_EQ(stream.id, 2147483647);
    const Stream of_parts{Kind::reservation, numero, 2147483647};
    EXPECT_EQ(stream, of_parts);
    EXPECT_EQ(hash_value(stream), hash_value(of_parts));
    if (size > 0) {
      EXPECT_LT(Stream::reservation(text.substr(0, size - 1), 2147483647), stream);
    }
  }
  EXPECT_THROW(Stream::vol("UA1545/0012"), std::length_error);
  EXPECT_THROW(Numero{"UA1545/0012"}, std::length_error);
}

TEST(AStream, IsReadAsItIsWritten) {
  const std::pair<Stream, std::string_view> table[]{
      {Stream::avion(7), "avion/7"},
      {Stream::pilote(2147483647), "pilote/2147483647"},
      {Stream::passager(1), "passager/1"},
      {Stream::vol("AF101"), "vol/AF101"},
      {Stream::vol("UA1545/001"), "vol/UA1545/001"},
      {Stream::vol("!~/////~!9"), "vol/!~/////~!9"},
      {Stream::reservation("AF101", 12), "reservation/AF101/12"},
      {Stream::reservation("UA1545/001", 12), "reservation/UA1545/001/12"},
      {Stream::reservation("/", 1), "reservation///1"},
  };
  for (const auto& [stream, name] : table) {
    EXPECT_EQ(text(stream), name);
    EXPECT_EQ(stream_from(name), stream) << name;
  }
}

TEST(AText, ThatNamesNoStreamIsRefused) {
  for (const char* other : {"",
                            "/",
                            "avion",
                            "avion/",
                            "avion/0",
                            "avion/07",
                            "avion/+7",
                            "avion/-7",
                            "avion/ 7",
                            "avion/7 ",
                            "avion/7x",
                            "avion/2147483648",
                            "avion/99999999999999999999",
                            "Avion/7",
                            "avions/7",
                            "vol",
                            "vol/",
                            "vol/ELEVENCHARS",
                            "vol/A B",
                            "vol/é",
                            "reservation/AF101",
                            "reservation/AF101/",
                            "reservation//1",
                            "reservation/AF101/0",
                            "reservation/AF101/012",
                            "reservation/ELEVENCHARS/1",
                            "hotel/1"}) {
    EXPECT_EQ(stream_from(other), std::nullopt) << other;
  }
  EXPECT_EQ(stream_from(std::string_view("vol/A\0B", 7)), std::nullopt);
}

template <class... E>
std::vector<Event> one_of_each(const std::variant<E...>*) {
  return {Event(E{})...};
}

TEST(AnEvent, BelongsToAStreamOfItsEntity) {
  const std::vector<Event> events = one_of_each(static_cast<const Event*>(nullptr));
  for (const Event& event : events) {
    std::visit([&]<class E>(const E&) { EXPECT_EQ(stream_of(event).kind, Shape<E>::entity) << Shape<E>::name; }, event);
  }
  EXPECT_EQ(stream_of(event_from("avion.amended avion_id=7")), Stream::avion(7));
  EXPECT_EQ(stream_of(event_from("vol.delayed numero=AF101")), Stream::vol("AF101"));
  EXPECT_EQ(stream_of(event_from("reservation.cancelled numero=AF101 passager_id=12")),
            Stream::reservation("AF101", 12));
}

TEST(ACode, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Code::in_flight); ++code) names.insert(text(static_cast<Code>(code)));
  EXPECT_EQ(names.size(), 15u);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace carnet
