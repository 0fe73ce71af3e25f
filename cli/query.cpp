// SPDX-License-Identifier: Apache-2.0
#include "cli/query.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/answer_table.hpp"
#include "cli/message.hpp"
#include "cli/pager.hpp"
#include "query/names.hpp"
#include "query/page.hpp"
#include "query/parse.hpp"

namespace carnet {
namespace {

/// The text around the place, and a line of ^ below the place.
std::string pointed_out(std::string_view text, Place place) {
  constexpr std::size_t before = 40, after = 60;  // fits a screen of 100 columns
  const auto whole_character = [&](std::size_t at) {
    while (at < text.size() && (text[at] & 0xC0) == 0x80) ++at;
    return at;
  };
  const std::size_t offset = std::min(place.offset, text.size());
  const std::size_t start = whole_character(offset > before ? offset - before : 0);
  const std::size_t end = whole_character(std::min(text.size(), offset + after));
  const std::size_t stop = std::clamp(offset + place.length, offset, end);
  const std::string lead = (start > 0 ? "…" : "") + printable(text.substr(start, offset - start));
  const std::string marked = printable(text.substr(offset, stop - offset));
  const std::string rest = printable(text.substr(stop, end - stop)) + (end < text.size() ? "…" : "");
  return fmt::format("  {}{}{}\n  {}{}\n", lead, marked, rest, std::string(display_width(lead), ' '),
                     std::string(std::max<std::size_t>(1, display_width(marked)), '^'));
}

/// Reads one option's text; an error names the option.
template <class Read>
auto read(std::string_view option, Read&& read) {
  try {
    return read();
  } catch (QuestionError& error) {
    error.clause = option;
    throw;
  }
}

template <class T>
void append(std::vector<T>& to, std::vector<T> more) {
  std::ranges::move(more, std::back_inserter(to));
}

}  // namespace

Question question_of(const QueryOptions& options) {
  Question q;
  q.entity = read("query", [&] { return entity(options.entity); });
  if (options.where) q.where = where_of(q.entity, *options.where);
  for (const std::string& with : options.with)
    append(q.with, read("--with", [&] { return parse_relations(q.entity, with); }));
  for (const std::string& sort : options.sort)
    append(q.sort, read("--sort", [&] { return parse_sort(q.entity, sort); }));
  for (const std::string& paths : options.group_by)
    append(q.group_by, read("--group-by", [&] { return parse_operands(q.entity, paths); }));
  if (options.count) q.aggregates.push_back(aggregate(Expr::Function::count, std::nullopt));
  const auto aggregates = [&](std::string_view option, Expr::Function function, const std::vector<std::string>& texts,
                              bool distinct = false) {
    for (const std::string& paths : texts) {
      read(option, [&] {
        for (Expr& operand : parse_operands(q.entity, paths))
          q.aggregates.push_back(aggregate(function, std::move(operand), distinct));
      });
    }
  };
  aggregates("--count-distinct", Expr::Function::count, options.count_distinct, true);
  aggregates("--sum", Expr::Function::sum, options.sum);
  aggregates("--avg", Expr::Function::avg, options.avg);
  aggregates("--min", Expr::Function::min, options.min);
  aggregates("--max", Expr::Function::max, options.max);
  if (options.having) q.having = read("--having", [&] { return parse_having(q.entity, *options.having); });
  q.limit = options.limit;
  q.offset = options.offset;
  q.after = options.after;
  return q;
}

namespace {

/// As a shell reads it back as one word.
std::string shell_word(std::string_view text) {
  if (text.find_first_of(" '\"\\$`!*?[](){}<>|&;~#\n\t") == std::string_view::npos) return std::string{text};
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return out + "'";
}

std::string argument_text(const Argument& argument) {
  constexpr std::size_t shown = 20;  // of a list: a thousand keys tell a reader nothing
  const auto one = [&](const Value& value) {
    const bool bare = argument.type == Type::integer || argument.type == Type::real;
    return bare ? text(value) : "'" + printable(text(value)) + "'";
  };
  if (!argument.list) return one(argument.values[0]);
  std::string out;
  for (std::size_t i = 0; i < std::min(shown, argument.values.size()); ++i)
    out.append(i ? ", " : "{").append(one(argument.values[i]));
  if (argument.values.size() > shown) out += fmt::format(", ... {} in all", grouped(argument.values.size()));
  return (out.empty() ? "{" : out) + "}";
}

void echo(const Statement& statement, Duration time, std::size_t rows) {
  std::string out = statement.sql + "\n";
  for (std::size_t i = 0; i < statement.arguments.size(); ++i)
    out += fmt::format("  ${} = {}\n", i + 1, argument_text(statement.arguments[i]));
  out += fmt::format("  -- {} row{} in {:.1f} ms\n", grouped(rows), rows == 1 ? "" : "s",
                     static_cast<double>(time.count()) / 1000);
  std::fputs(out.c_str(), stderr);
}

}  // namespace

Expr where_of(Kind kind, std::string_view text) {
  return read("--where", [&] { return parse_condition(kind, text); });
}

Plan plan_of(const Question& question, std::string_view schema) {
  return read("query", [&] { return compile(question, schema); });
}

void report(const QuestionError& error) {
  say(error.clause, error.what());
  if (!error.text.empty()) std::fputs(pointed_out(error.text, error.place).c_str(), stderr);
}

void ask(const Plan& plan, const QueryOptions& options, Connection& connection) {
  Session session{connection};
  if (options.echo) session.echo = echo;
  Output output;
  if (options.explain) {
    session.explain = [&](const Statement& statement, const std::string& explained) {
      output.write(fmt::format("{}\n\n{}\n", statement.sql, explained));
    };
    session.each(plan, [](const Tuple&) {});
    output.flush();
    return;
  }
  const Screen screen = standard_screen();
  std::optional<Pager> pager;
  if (options.format == Format::table) pager.emplace();
  const std::unique_ptr<Printer> out = printer(options.format, plan.shape, output, screen);
  std::uint64_t rows = 0;
  std::string next;
  session.each(plan, [&](const Tuple& row) {
    out->row(row);
    if (options.after && ++rows == options.limit) next = cursor(plan, row);
  });
  out->end();
  pager.reset();
  if (!next.empty()) say("query", fmt::format("more rows may follow (--after {})", shell_word(next)));
}

}  // namespace carnet
