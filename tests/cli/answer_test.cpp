// SPDX-License-Identifier: Apache-2.0
#include "cli/answer.hpp"

#include <gmock/gmock.h>

#include "cli/answer_table.hpp"

namespace carnet {
namespace {

using std::string_literals::operator""s;

/// A vol with its avion (or none) and its reservations.
struct Example {
  TupleShape shape{"vol",
                   {{"numero", Type::text}, {"vitesse", Type::integer}},
                   0,
                   false,
                   0,
                   {{"avion", {{"id", Type::integer}, {"modele", Type::text}}, 2, false, 0, {}},
                    {"reservations", {{"siege", Type::text}}, 0, true, 0, {}}}};

  static Tuple row(Value numero, Value speed, Value avion, Value modele, const std::vector<Value>& sieges) {
    Tuple out{{std::move(numero), std::move(speed), std::move(avion), std::move(modele)}, {}};
    out.many.emplace_back();
    for (const Value& siege : sieges) out.many[0].push_back({{siege}, {}});
    return out;
  }
  std::vector<Tuple> rows{
      row("AF1", std::int64_t{850}, std::int64_t{7}, "A320", {"1A", Value{}, "2B"}),
      row("中文1", Value{}, Value{}, Value{}, {}),
  };
};

std::string printed(Format format, const TupleShape& shape, const std::vector<Tuple>& rows, const Screen& screen = {}) {
  testing::internal::CaptureStdout();
  Output output;
  const std::unique_ptr<Printer> out = printer(format, shape, output, screen);
  for (const Tuple& row : rows) out->row(row);
  out->end();
  return testing::internal::GetCapturedStdout();
}

std::string printed(Format format) {
  const Example example;
  return printed(format, example.shape, example.rows);
}

TEST(Answer, AsNdjsonIsAnObjectALine) {
  EXPECT_EQ(printed(Format::ndjson), R"({"numero":"AF1","vitesse":850,"avion":{"id":7,"modele":"A320"},)"
                                     R"("reservations":[{"siege":"1A"},{"siege":null},{"siege":"2B"}]})"
                                     "\n"
                                     R"({"numero":"中文1","vitesse":null,"avion":null,"reservations":[]})"
                                     "\n");
}

TEST(Answer, AsJsonIsOneArray) {
  const Example example;
  EXPECT_EQ(printed(Format::json, example.shape, {example.rows[1], example.rows[1]}),
            R"([
{"numero":"中文1","vitesse":null,"avion":null,"reservations":[]},
{"numero":"中文1","vitesse":null,"avion":null,"reservations":[]}
]
)");
  EXPECT_EQ(printed(Format::json, example.shape, {}), "[]\n");
}

TEST(Answer, AsCsvIsThatOfRfc4180) {
  EXPECT_EQ(printed(Format::csv),
            "numero,vitesse,avion.id,avion.modele,reservations\r\n"
            "AF1,850,7,A320,\"[{\"\"siege\"\":\"\"1A\"\"},{\"\"siege\"\":null},{\"\"siege\"\":\"\"2B\"\"}]\"\r\n"
            "中文1,,,,[]\r\n");
  const TupleShape shape{"x", {{"a", Type::text}, {"b", Type::text}}, 0, false, 0, {}};
  EXPECT_EQ(printed(Format::csv, shape, {{{"x,y", "two\nlines"}, {}}}), "a,b\r\n\"x,y\",\"two\nlines\"\r\n");
}

TEST(Answer, AsTableIsAlignedByWhatCharactersTakeOnAScreen) {
  EXPECT_EQ(printed(Format::table),
            "numero  vitesse  avion.id  avion.modele  reservations.siege\n"
            "──────  ───────  ────────  ────────────  ──────────────────\n"
            "AF1         850         7  A320          1A\n"
            "                                         ∅\n"
            "                                         2B\n"
            "中文1         ∅         ∅  ∅\n");
}

TEST(Answer, OnATerminalFitsIt) {
  const TupleShape shape{"x", {{"short", Type::text}, {"long", Type::text}, {"n", Type::integer}}, 0, false, 0, {}};
  const std::vector<Tuple> rows{{{"a", "a text that is as long as forty letters.", std::int64_t{5}}, {}}};
  EXPECT_EQ(printed(Format::table, shape, rows, {true, false, 30, 24}),
            "short  long                  n\n"
            "─────  ────────────────────  ─\n"
            "a      a text that is as l…  5\n"
            "(1 row)\n");
  EXPECT_EQ(printed(Format::table, shape, rows, {true, false, 16, 24}),
            "── 1 ──\n"
            "short  a\n"
            "long   a text that is as long as forty letters.\n"
            "n      5\n"
            "(1 row)\n");
}

TEST(Answer, NeverDrivesTheTerminal) {
  const TupleShape shape{"x", {{"a", Type::text}}, 0, false, 0, {}};
  const std::vector<Tuple> rows{{{"\x1b[2J\x07\u009b!\n\x7f"s}, {}}};
  const Screen terminal{true, true, 80, 24};
  for (const Format format : {Format::table, Format::csv, Format::ndjson, Format::json}) {
    std::string out = printed(format, shape, rows, terminal);
    for (const char* own : {"\x1b[1m", "\x1b[0m", "\x1b[2m"}) {
      for (std::size_t at = 0; (at = out.find(own)) != std::string::npos;) out.erase(at, 4);
    }
    EXPECT_EQ(out.find_first_of("\x1b\x07\x7f"), std::string::npos) << out;
    EXPECT_EQ(out.find("\u009b"), std::string::npos) << out;
  }
}

TEST(Answer, OfMoreRowsThanAreHeldBackStaysATable) {
  const TupleShape shape{"x", {{"a", Type::text}, {"b", Type::integer}}, 0, false, 0, {}};
  std::vector<Tuple> rows(1500, Tuple{{"x", std::int64_t{1}}, {}});
  rows.back().values[0] = "longer than those before";
  const std::string out = printed(Format::table, shape, rows);
  EXPECT_EQ(std::ranges::count(out, '\n'), 1502);
  EXPECT_TRUE(out.ends_with("longer than those before  1\n")) << out.substr(out.size() - 60);
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("中文"), 4u);
}

}  // namespace
}  // namespace carnet
