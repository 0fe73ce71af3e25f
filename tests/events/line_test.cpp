// SPDX-License-Identifier: Apache-2.0
#include "events/line.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "events/catalogue.hpp"
#include "events/time.hpp"

namespace carnet {
namespace {

using ::testing::HasSubstr;

/// `ok`, or the code and the member at fault.
std::string verdict(std::string_view text) {
  const auto read = parse_line(text);
  if (std::holds_alternative<Line>(read)) return "ok";
  const Rejection& rejection = std::get<Rejection>(read);
  EXPECT_NE(rejection.message, "") << text;
  return fmt::format("{}{}{}", carnet::text(rejection.code), rejection.member.empty() ? "" : " ", rejection.member);
}

Line parsed(std::string_view text) {
  auto read = parse_line(text);
  if (const auto* rejection = std::get_if<Rejection>(&read)) {
    ADD_FAILURE() << text << "\n" << rejection->member << ": " << rejection->message;
    return {};
  }
  return std::get<Line>(std::move(read));
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

struct Row {
  std::string_view text, expected;
};

void expect_rows(std::span<const Row> rows) {
  for (const auto& [text, expected] : rows) EXPECT_EQ(verdict(text), expected) << text;
}

TEST(ALine, ThatIsNotOneSoundJsonObjectIsMalformed) {
  using namespace std::string_view_literals;
  const Row rows[]{
      {""sv, "malformed"},
      {"   "sv, "malformed"},
      {"{"sv, "malformed"},
      {"null"sv, "malformed"},
      {"[]"sv, "malformed"},
      {"\"vol.landed\""sv, "malformed"},
      {R"({"type":"vol.landed","numero":"AF101"} {})"sv, "malformed"},
      {R"({"type":"vol.landed","numero":"AF101"}x)"sv, "malformed"},
      {R"({"type":"vol.landed","numero":"AF101",})"sv, "malformed"},
      {R"({'type':'vol.landed'})"sv, "malformed"},
      {R"({"type":"vol.landed" /* why */,"numero":"AF101"})"sv, "malformed"},
      {R"({"type":"vol.landed","numero":"AF101","numero":"AF101"})"sv, "malformed"},
      {R"({"type":"vol.landed","type":"vol.landed","numero":"AF101"})"sv, "malformed"},
      {R"({"type":"vol.landed","num\u0065ro":"AF101","numero":"AF101"})"sv, "malformed"},
      {R"({"type":"vol.created","numero":"A","avion":{"modele":"A320","modele":"A320"}})"sv, "malformed"},
      {R"({"type":"vol.landed","numero":"AF101","x":{"":1,"":2}})"sv, "malformed"},
      {"\xEF\xBB\xBF{\"type\":\"vol.landed\",\"numero\":\"AF101\"}"sv, "malformed"},
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"\xFF\"}"sv, "malformed"},
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"\xC3\"}"sv, "malformed"},
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"\xC0\xAF\"}"sv, "malformed"},          // overlong
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"\xED\xA0\x80\"}"sv, "malformed"},      // surrogate
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"\xF4\x90\x80\x80\"}"sv, "malformed"},  // > 10FFFF
      {"{\"type\":\"vol.landed\",\"numero\":\"AF101\",\"\xFF\":1}"sv, "malformed"},
      {R"({"type":"vol.delayed","numero":"AF101","raison":"\ud800"})"sv, "malformed"},
      {R"({"type":"vol.delayed","numero":"AF101","raison":"\udc00"})"sv, "malformed"},
      {R"({"type":"vol.delayed","numero":"AF101","raison":"\ud800\ud800"})"sv, "malformed"},
      {R"({"type":"vol.delayed","numero":"AF101","raison":"\ud83d\u0041"})"sv, "malformed"},
      {R"({"type":"vol.landed","numero":"AF101","\ud800":1})"sv, "malformed"},
      {"{\"type\":\"vol.landed\",\"numero\":\"AF101\"}\0"sv, "malformed"},
      {"\0{\"type\":\"vol.landed\",\"numero\":\"AF101\"}"sv, "malformed"},
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"a\0b\"}"sv, "malformed"},
      {"{\"type\":\"vol.delayed\",\"numero\":\"AF101\",\"raison\":\"a\nb\"}"sv, "malformed"},
      {R"({"type":"avion.registered","modele":"A320","vitesse_max":NaN})"sv, "malformed"},
      {R"({"type":"avion.registered","modele":"A320","vitesse_max":+1})"sv, "malformed"},
      {R"({"type":"avion.registered","modele":"A320","vitesse_max":01})"sv, "malformed"},
      {R"({"type":"avion.registered","modele":"A320","vitesse_max":1.})"sv, "malformed"},
  };
  expect_rows(rows);
}

TEST(ALine, ThatIsHostileIsAnsweredLikeAnyOther) {
  const std::string arrays = R"({"type":"vol.landed","numero":)" + repeated("[", 100'000);
  const std::string objects = R"({"type":"vol.landed","numero":)" + repeated("{\"a\":", 100'000);
  EXPECT_EQ(verdict(arrays), "malformed");
  EXPECT_EQ(verdict(arrays + repeated("]", 100'000) + "}"), "malformed");
  EXPECT_EQ(verdict(objects + "1" + repeated("}", 100'001)), "malformed");

  EXPECT_EQ(verdict(fmt::format(R"({{"type":"vol.delayed","numero":"A","raison":"{}"}})", repeated("é", 400'000))),
            "too_long raison");
  EXPECT_EQ(verdict(fmt::format(R"({{"type":"vol.delayed","numero":"A","raison":"{}"}})", repeated("é", 600'000))),
            "malformed");
  EXPECT_EQ(verdict(repeated(" ", max_line_bytes + 1)), "malformed");

  std::string many = R"({"type":"vol.landed","numero":"A")";
  for (int i = 0; i < 50'000; ++i) many += fmt::format(",\"m{}\":0", i);
  EXPECT_EQ(verdict(many + "}"), "unknown_field m0");

  const auto speed = [](const std::string& number) {
    return verdict(fmt::format(R"({{"type":"avion.registered","modele":"A320","vitesse_max":{}}})", number));
  };
  for (const char* number : {"-1", "2147483648", "9223372036854775808", "18446744073709551616", "99999999999999999999",
                             "-99999999999999999999", "1e400000", "1e-400000", "-1e400000", "850.0", "8.5e2", "true",
                             "\"850\"", "[]", "{}"}) {
    EXPECT_EQ(speed(number), "bad_value vitesse_max") << number;
  }
  EXPECT_EQ(speed("1e99999999999999999999"), "malformed");  // an exponent beyond 32 bits
  EXPECT_EQ(speed(repeated("9", 100'000)), "bad_value vitesse_max");
  EXPECT_EQ(speed("0." + repeated("9", 100'000)), "bad_value vitesse_max");
  for (const char* number : {"0", "-0", "2147483647", "null"}) EXPECT_EQ(speed(number), "ok") << number;
}

TEST(ALine, NamesATypeOfTheCatalogue) {
  const Row rows[]{
      {R"({})", "missing_field type"},
      {R"({"numero":"AF101"})", "missing_field type"},
      {R"({"type":"vol.exploded","numero":"AF101"})", "unknown_type type"},
      {R"({"type":"Vol.landed","numero":"AF101"})", "unknown_type type"},
      {R"({"type":"","numero":"AF101"})", "unknown_type type"},
      {R"({"type":"vol.landed\u0000","numero":"AF101"})", "unknown_type type"},
  };
  expect_rows(rows);
  // A type that is not even text is no known one either.
  for (const char* type : {"null", "5", "true", "[]", "{}"}) {
    EXPECT_EQ(verdict(fmt::format(R"({{"type":{}}})", type)), "unknown_type type") << type;
  }
  EXPECT_THAT(std::get<Rejection>(parse_line(R"({"type":"vol.exploded"})")).message, HasSubstr("vol.landed"));
}

TEST(EveryEvent, OfTheCatalogueIsReadFromItsExample) {
  for (const EventType& type : catalogue()) {
    const Line line = parsed(type.example);
    EXPECT_EQ(stream_of(line.event).kind, type.entity) << type.name;
  }
}

TEST(EveryEvent, NeedsItsRequiredMembersAndNoOthers) {
  for (const EventType& type : catalogue()) {
    std::string line = fmt::format(R"({{"type":"{}")", type.name);
    EXPECT_THAT(verdict(line + "}"), HasSubstr("missing_field")) << type.name;
    EXPECT_EQ(verdict(line + R"(,"altitude":1})"), "unknown_field altitude") << type.name;
    EXPECT_EQ(verdict(line + R"(,"Numero":"AF101"})"), "unknown_field Numero") << type.name;
  }
  const Row rows[]{
      {R"({"type":"vol.landed"})", "missing_field numero"},
      {R"({"type":"vol.diverted","numero":"AF101"})", "missing_field destination"},
      {R"({"type":"reservation.made","numero":"AF101"})", "missing_field passager_id"},
      {R"({"type":"reservation.amended","numero":"AF101","passager_id":1})", "missing_field siege"},
      {R"({"type":"avion.registered"})", "missing_field modele"},
      {R"({"type":"vol.created","numero":"AF101","avion":{}})", "missing_field avion.modele"},
      {R"({"type":"vol.created","numero":"AF101","pilote":{"licence":"FR-1"}})", "missing_field pilote.nom"},
      {R"({"type":"vol.created","numero":"AF101","avion":{"modele":"A320","ailes":2}})", "unknown_field avion.ailes"},
      {R"({"type":"vol.created","numero":"AF101","avion":{"modele":"A320","type":"x"}})", "unknown_field avion.type"},
      {R"({"type":"vol.assigned","numero":"AF101","avion":{"modele":"A320"}})", "unknown_field avion"},
      // One at least of those that may be left out.
      {R"({"type":"avion.amended","avion_id":1})", "missing_field modele"},
      {R"({"type":"pilote.amended","pilote_id":1})", "missing_field nom"},
      {R"({"type":"passager.amended","passager_id":1})", "missing_field nom"},
      {R"({"type":"vol.assigned","numero":"AF101"})", "missing_field avion_id"},
      {R"({"type":"vol.amended","numero":"AF101"})", "missing_field destination"},
  };
  expect_rows(rows);
}

TEST(AMember, HoldsWhatItsColumnCanHold) {
  const Row rows[]{
      {R"({"type":"vol.landed","numero":null})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":101})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":""})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":"AF 101"})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":"AF\u007f"})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":"AF\u0000"})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":"AFé"})", "bad_value numero"},
      {R"({"type":"vol.landed","numero":"!\"#/\\~789A"})", "ok"},
      {R"({"type":"vol.landed","numero":"!\"#/\\~789AB"})", "too_long numero"},
      {R"({"type":"avion.deleted","avion_id":0})", "bad_value avion_id"},
      {R"({"type":"avion.deleted","avion_id":-1})", "bad_value avion_id"},
      {R"({"type":"avion.deleted","avion_id":2147483648})", "bad_value avion_id"},
      {R"({"type":"avion.deleted","avion_id":1.0})", "bad_value avion_id"},
      {R"({"type":"avion.deleted","avion_id":"1"})", "bad_value avion_id"},
      {R"({"type":"avion.deleted","avion_id":null})", "bad_value avion_id"},
      {R"({"type":"avion.deleted","avion_id":2147483647})", "ok"},
      {R"({"type":"avion.registered","avion_id":null,"modele":"A320"})", "bad_value avion_id"},
      {R"({"type":"avion.registered","modele":null})", "bad_value modele"},
      {R"({"type":"avion.registered","modele":""})", "bad_value modele"},
      {R"({"type":"avion.registered","modele":"A\u0000320"})", "bad_value modele"},
      {R"({"type":"avion.registered","modele":"A320","description":null,"vitesse_max":null})", "ok"},
      {R"({"type":"avion.registered","modele":"A320","description":""})", "bad_value description"},
      {R"({"type":"avion.amended","avion_id":1,"modele":null})", "bad_value modele"},
      {R"({"type":"vol.amended","numero":"AF101","statut":"perdu"})", "bad_value statut"},
      {R"({"type":"vol.amended","numero":"AF101","statut":null})", "bad_value statut"},
      {R"({"type":"vol.amended","numero":"AF101","statut":3})", "bad_value statut"},
      {R"({"type":"vol.amended","numero":"AF101","statut":"d\u00e9rout\u00e9"})", "ok"},
      {R"({"type":"vol.amended","numero":"AF101","heure_arrivee":null,"avion_id":null})", "ok"},
      {R"({"type":"vol.diverted","numero":"AF101","destination":null})", "bad_value destination"},
      {R"({"type":"vol.created","numero":"AF101","avion":null})", "bad_value avion"},
      {R"({"type":"vol.created","numero":"AF101","avion":7})", "bad_value avion"},
      {R"({"type":"vol.created","numero":"AF101","avion":{"modele":"A320"},"avion_id":1})", "bad_value avion_id"},
      {R"({"type":"vol.created","numero":"AF101","avion_id":null,"avion":{"modele":"A320"}})", "bad_value avion_id"},
      {R"({"type":"vol.created","numero":"AF101","pilote":{"nom":"Blanc"},"pilote_id":1})", "bad_value pilote_id"},
      {R"({"type":"vol.created","numero":"AF101","avion":{"modele":null}})", "bad_value avion.modele"},
      {R"({"type":"vol.created","numero":"AF101","avion":{"modele":"A320","avion_id":0}})", "bad_value avion.avion_id"},
      {R"({"type":"vol.created","numero":"AF101","pilote":{"nom":"Blanc"},"avion_id":1})", "ok"},
      {R"({"type":"reservation.made","numero":"AF101","passager_id":1,"siege":null})", "ok"},
      {R"({"type":"reservation.made","numero":"AF101","passager_id":1,"siege":"é飛🚀x"})", "ok"},
      {R"({"type":"reservation.made","numero":"AF101","passager_id":1,"siege":"é飛🚀xy"})", "too_long siege"},
  };
  expect_rows(rows);
}

TEST(AText, IsMeasuredInCharacters) {
  for (const EventType& type : catalogue()) {
    for (const Member& member : type.members) {
      if (member.type != MemberType::text) continue;
      std::string line = fmt::format(R"({{"type":"{}")", type.name);
      for (const Member& other : type.members) {
        if (!other.required || other.name == member.name) continue;
        line += fmt::format(",\"{}\":{}", other.name, other.type == MemberType::id ? "1" : "\"A\"");
      }
      const auto with = [&](int characters) {
        return verdict(
            fmt::format(R"({},"{}":"{}"}})", line, member.name, repeated("é", static_cast<std::size_t>(characters))));
      };
      EXPECT_EQ(with(member.max_characters), "ok") << type.name << " " << member.name;
      EXPECT_EQ(with(member.max_characters + 1), fmt::format("too_long {}", member.name)) << type.name;
    }
  }
}

TEST(ATime, IsRfc3339WithAnOffset) {
  const std::pair<std::string_view, std::string_view> good[]{
      {"2026-11-22T10:05:00Z", "2026-11-22T10:05:00Z"},
      {"2026-11-22t10:05:00z", "2026-11-22T10:05:00Z"},
      {"2026-11-22T10:05:00.250+01:00", "2026-11-22T09:05:00.25Z"},
      {"2026-11-22T10:05:00.000001-23:59", "2026-11-23T10:04:00.000001Z"},
      {"2026-11-22T10:05:00-00:00", "2026-11-22T10:05:00Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto& [given, utc] : good) {
    const Line line = parsed(fmt::format(R"({{"type":"vol.landed","numero":"A","time":"{}"}})", given));
    ASSERT_TRUE(line.time) << given;
    EXPECT_EQ(text(*line.time), utc) << given;
  }
  for (const char* bad : {"",
                          "2026-11-22",
                          "2026-11-22T10:05:00",
                          "2026-11-22 10:05:00Z",
                          "2026-11-22T10:05Z",
                          "2026-11-22T24:00:00Z",
                          "2026-11-22T10:60:00Z",
                          "2026-12-31T23:59:60Z",
                          "2026-02-29T00:00:00Z",
                          "2026-13-01T00:00:00Z",
                          "2026-00-01T00:00:00Z",
                          "2026-01-00T00:00:00Z",
                          "2026-11-22T10:05:00.Z",
                          "2026-11-22T10:05:00.0000001Z",
                          "2026-11-22T10:05:00+24:00",
                          "2026-11-22T10:05:00+01",
                          "2026-11-22T10:05:00+0100",
                          "2026-11-22T10:05:00+01:60",
                          "2026-11-22T10:05:00Z ",
                          " 2026-11-22T10:05:00Z",
                          "+2026-11-22T10:05:00Z",
                          "12026-11-22T10:05:00Z",
                          "26-11-22T10:05:00Z",
                          "0000-01-01T00:00:00+00:01",
                          "9999-12-31T23:59:59-00:01",
                          "2026-11-22T10:05:00é"}) {
    EXPECT_EQ(verdict(fmt::format(R"({{"type":"vol.landed","numero":"A","time":"{}"}})", bad)), "bad_time time") << bad;
    EXPECT_EQ(verdict(fmt::format(R"({{"type":"vol.amended","numero":"A","heure_arrivee":"{}"}})", bad)),
              "bad_time heure_arrivee");
  }
  EXPECT_EQ(verdict(R"({"type":"vol.landed","numero":"A","time":null})"), "bad_value time");
  EXPECT_EQ(verdict(R"({"type":"vol.landed","numero":"A","time":1763805900})"), "bad_value time");
  EXPECT_EQ(parsed(R"({"type":"vol.landed","numero":"A"})").time, std::nullopt);
}

TEST(TheFirstCode, OverTheWholeLineIsTheAnswerWhateverTheOrderOfTheMembers) {
  // Each fault, in the order of the codes; every two of them in one line, in both orders.
  const std::pair<std::string_view, std::string_view> faults[]{
      {R"("altitude":1)", "unknown_field altitude"}, {R"("avion":{})", "missing_field avion.modele"},
      {R"("avion_id":0)", "bad_value avion_id"},     {R"("destination":"{50}")", "too_long destination"},
      {R"("time":"noon")", "bad_time time"},
  };
  for (std::size_t i = 0; i < std::size(faults); ++i) {
    for (std::size_t j = i; j < std::size(faults); ++j) {
      std::string a{faults[i].first}, b{faults[j].first};
      for (std::string* s : {&a, &b}) {
        if (const auto at = s->find("{50}"); at != s->npos) s->replace(at, 4, repeated("x", 51));
      }
      const std::string one = i == j ? a : a + "," + b, other = i == j ? a : b + "," + a;
      for (const std::string& members : {one, other}) {
        const std::string line = fmt::format(R"({{{},"type":"vol.created","numero":"AF101"}})", members);
        EXPECT_EQ(verdict(line), faults[i].second) << line;
      }
    }
  }
  const Row rows[]{
      {R"({"type":"vol.exploded","type":"vol.exploded"})", "malformed"},
      {R"({"type":"vol.exploded","altitude":1})", "unknown_type type"},
      {R"({"type":"vol.landed","altitude":1})", "unknown_field altitude"},
      {R"({"type":"vol.diverted","numero":0})", "missing_field destination"},
  };
  expect_rows(rows);
}

TEST(TheEnvelope, IsReadBesideTheMembers) {
  const Line line = parsed(
      R"({"id":"e-1","expect":3,"type":"vol.landed","position":17,"version":4,"recorded":"whenever",
          "digest":"000102030405060708090a0b0c0d0e0f","numero":"AF101"})");
  EXPECT_EQ(line.id, "e-1");
  EXPECT_EQ(line.expect, (Expect{Expect::Is::version, 3}));
  EXPECT_EQ(line.position, 17u);
  EXPECT_EQ(line.version, 4u);
  EXPECT_EQ(line.digest, (Digest{0x0001020304050607, 0x08090a0b0c0d0e0f}));
  EXPECT_EQ(parsed(R"({"type":"vol.landed","numero":"A","expect":"none"})").expect, (Expect{Expect::Is::version, 0}));
  EXPECT_EQ(parsed(R"({"type":"vol.landed","numero":"A","expect":"exists"})").expect, (Expect{Expect::Is::alive, 0}));
  EXPECT_EQ(parsed(R"({"type":"vol.landed","numero":"A"})").digest, std::nullopt);
  const Row rows[]{
      {R"({"type":"vol.landed","numero":"A","id":""})", "bad_value id"},
      {R"({"type":"vol.landed","numero":"A","id":7})", "bad_value id"},
      {R"({"type":"vol.landed","numero":"A","id":null})", "bad_value id"},
      {R"({"type":"vol.landed","numero":"A","id":"a\u0000b"})", "bad_value id"},
      {R"({"type":"vol.landed","numero":"A","expect":-1})", "bad_value expect"},
      {R"({"type":"vol.landed","numero":"A","expect":"some"})", "bad_value expect"},
      {R"({"type":"vol.landed","numero":"A","expect":null})", "bad_value expect"},
      {R"({"type":"vol.landed","numero":"A","expect":1.0})", "bad_value expect"},
      {R"({"type":"vol.landed","numero":"A","position":0})", "bad_value position"},
      {R"({"type":"vol.landed","numero":"A","version":"1"})", "bad_value version"},
      {R"({"type":"vol.landed","numero":"A","digest":"00"})", "bad_value digest"},
      {R"({"type":"vol.landed","numero":"A","id":"x","digest":"zz0102030405060708090a0b0c0d0e0f"})",
       "bad_value digest"},
  };
  expect_rows(rows);
}

TEST(ADigest, IsOfTheContentAndNotOfItsSpelling) {
  const auto digest = [](std::string_view text) { return parsed(text).digest.value(); };
  const Digest first = digest(R"({"type":"vol.delayed","numero":"AF101","raison":"météo","id":"e-1"})");
  for (const char* same :
       {R"({"id":"e-1","raison":"météo","numero":"AF101","type":"vol.delayed"})",
        R"( { "type" : "vol.delayed", "numero":"AF101","raison":"m\u00e9t\u00e9o" , "id":"e-1" } )",
        R"({"type":"vol.delayed","numero":"AF101","raison":"météo","id":"e-2","expect":3,"recorded":"x"})"}) {
    EXPECT_EQ(digest(same), first) << same;
  }
  for (const char* other :
       {R"({"type":"vol.delayed","numero":"AF102","raison":"météo","id":"e-1"})",
        R"({"type":"vol.delayed","numero":"AF101","raison":"meteo","id":"e-1"})",
        R"({"type":"vol.delayed","numero":"AF101","id":"e-1"})",
        R"({"type":"vol.delayed","numero":"AF101","raison":"météo","id":"e-1","time":"2026-11-22T10:05:00Z"})",
        R"({"type":"vol.cancelled","numero":"AF101","raison":"météo","id":"e-1"})"}) {
    EXPECT_NE(digest(other), first) << other;
  }
}

TEST(ACloudEvent, KeepsItsAttributes) {
  const Line line = parsed(
      R"({"specversion":"1.0","type":"vol.delayed","source":"/ops/cdg","id":"42","subject":"AF101",
          "time":"2026-11-22T10:05:00+01:00","datacontenttype":"application/json","traceparent":"00-4bf9","retry":3,
          "live":true,"data":{"raison":"météo","numero":"AF101"}})");
  EXPECT_EQ(std::get<VolDelayed>(line.event), (VolDelayed{"AF101", "météo"}));
  EXPECT_EQ(line.id, "42");
  EXPECT_EQ(text(line.time.value()), "2026-11-22T09:05:00Z");
  ASSERT_TRUE(line.cloud_event);
  EXPECT_EQ(*line.cloud_event,
            (CloudEvent{"/ops/cdg", "AF101", {{"traceparent", "\"00-4bf9\""}, {"retry", "3"}, {"live", "true"}}}));
  EXPECT_TRUE(line.digest);
}

TEST(ACloudEvent, IsHeldToItsSpecification) {
  const Row rows[]{
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","data":{"numero":"A"}})", "ok"},
      {R"({"specversion":"0.3","type":"vol.landed","source":"s","id":"1","data":{"numero":"A"}})",
       "bad_value specversion"},
      {R"({"specversion":1.0,"type":"vol.landed","source":"s","id":"1","data":{"numero":"A"}})",
       "bad_value specversion"},
      {R"({"specversion":"1.0","source":"s","id":"1","data":{"numero":"A"}})", "missing_field type"},
      {R"({"specversion":"1.0","type":"fr.vol","source":"s","id":"1","data":{}})", "unknown_type type"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","data":{"numero":"A"}})", "missing_field id"},
      {R"({"specversion":"1.0","type":"vol.landed","id":"1","data":{"numero":"A"}})", "missing_field source"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1"})", "missing_field data"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","data":{}})", "missing_field numero"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":5,"data":{"numero":"A"}})", "bad_value id"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"","data":{"numero":"A"}})", "bad_value id"},
      {R"({"specversion":"1.0","type":"vol.landed","source":5,"id":"1","data":{"numero":"A"}})", "bad_value source"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","data":"AF101"})", "bad_value data"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","data":null})", "bad_value data"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","data":{"numero":"A","x":1}})",
       "unknown_field x"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","Trace":"x","data":{"numero":"A"}})",
       "unknown_field Trace"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","data_base64":"e30=","data":{"numero":"A"}})",
       "unknown_field data_base64"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","trace":{},"data":{"numero":"A"}})",
       "bad_value trace"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","datacontenttype":"text/xml",
           "data":{"numero":"A"}})",
       "bad_value datacontenttype"},
      {R"({"specversion":"1.0","type":"vol.landed","source":"s","id":"1","time":"noon","data":{"numero":"A"}})",
       "bad_time time"},
      // As replay prints one flat.
      {R"({"type":"vol.landed","numero":"A","id":"1","cloudevent":{"source":"s","trace":"x"}})", "ok"},
      {R"({"type":"vol.landed","numero":"A","cloudevent":{"source":"s"}})", "missing_field id"},
      {R"({"type":"vol.landed","numero":"A","id":"1","cloudevent":{}})", "missing_field cloudevent.source"},
      {R"({"type":"vol.landed","numero":"A","id":"1","cloudevent":{"source":""}})", "bad_value cloudevent.source"},
      {R"({"type":"vol.landed","numero":"A","id":"1","cloudevent":{"source":"s","T":1}})",
       "unknown_field cloudevent.T"},
      {R"({"type":"vol.landed","numero":"A","id":"1","cloudevent":"s"})", "bad_value cloudevent"},
  };
  expect_rows(rows);
}

}  // namespace
}  // namespace carnet
