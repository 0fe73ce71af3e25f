// SPDX-License-Identifier: Apache-2.0
#include "tests/projector/stage.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace carnet {

Stage::Stage(std::uint64_t seed)
    : ledger(std::make_unique<Ledger>(directory.path(), Ledger::Options{})),
      uri(ThrowawayCluster::shared().new_database()),
      history_(seed) {}

void Stage::append(const std::string& text) {
  auto parsed = parse_line(text);
  ASSERT_TRUE(std::holds_alternative<Line>(parsed)) << text << ": " << std::get<Rejection>(parsed).message;
  Line* line = &std::get<Line>(parsed);
  if (!line->time) line->time = Time{std::chrono::sys_days{std::chrono::year{2013} / 1 / 1}};
  std::vector<Answer> answers = ledger->append({line, 1});
  ASSERT_TRUE(std::holds_alternative<Receipt>(answers[0])) << text << ": " << std::get<Rejection>(answers[0]).message;
  model_.append({line, 1}, Time{});
}

void Stage::append_random(int lines) {
  std::vector<Line> batch;
  for (int i = 0; i < lines; ++i) {
    auto parsed = parse_line(history_.line());
    if (Line* line = std::get_if<Line>(&parsed); line != nullptr && line->time) batch.push_back(std::move(*line));
  }
  ledger->append(batch);
  model_.append(batch, Time{});
}

void Stage::append_to_be(Position at_least) {
  while (position() < at_least) append_random(200);
}

std::map<Stream, Entity> Stage::expected() {
  std::map<Stream, Entity> entities = model_.living();
  for (auto& [stream, entity] : entities) {
    if (Vol* vol = std::get_if<Vol>(&entity)) vol->clock.reset();
  }
  return entities;
}

std::map<Stream, Entity> stored(Connection& connection, const std::string& schema) {
  std::map<Stream, Entity> entities;
  for (const Table& table : tables()) {
    std::string statement = fmt::format("COPY {}.{} TO STDOUT (FORMAT binary)", identifier(schema), table.name);
    bool first = true;
    connection.copy_out(statement, [&](std::string_view tuple) {
      if (first) tuple.remove_prefix(copy_header.size());
      first = false;
      if (tuple.empty() || tuple == copy_trailer) return;
      Row row = row_from(table.kind, fields_of_tuple(tuple));
      entities.emplace(stream_of(row.entity), std::move(row.entity));
    });
  }
  return entities;
}

std::vector<std::string> schemas(Connection& connection) {
  Result result = connection.exec("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%carnet%' ORDER BY 1");
  std::vector<std::string> names;
  for (int row = 0; row < result.rows(); ++row) names.emplace_back(result.text(row, 0));
  return names;
}

}  // namespace carnet
