// SPDX-License-Identifier: Apache-2.0
#include "query/page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace carnet {
namespace {

struct Part {
  std::string text;
  bool null = false;
};

/// The values of a cursor: bare, or as SQL writes a text where it holds a comma or a quote; null where bare.
std::vector<Part> parts_of(std::string_view cursor) {
  std::vector<Part> parts;
  for (std::size_t at = 0;; ++at) {
    Part part;
    if (at < cursor.size() && cursor[at] == '\'') {
      for (++at; at < cursor.size(); ++at) {
        const bool quote = cursor[at] == '\'';
        if (quote && (++at == cursor.size() || cursor[at] != '\'')) break;
        part.text += cursor[at];
      }
    } else {
      const std::size_t end = std::min(cursor.find(',', at), cursor.size());
      part.text = cursor.substr(at, end - at);
      part.null = part.text == "null";
      at = end;
    }
    parts.push_back(std::move(part));
    if (at >= cursor.size()) return parts;
    if (cursor[at] != ',') return {};  // something behind a closing quote
  }
}

std::vector<Value> values_of(std::string_view cursor, const std::vector<OrderTerm>& order) {
  const auto refuse = [] { throw QuestionError("this is no cursor of an answer in this order"); };
  const std::vector<Part> parts = parts_of(cursor);
  if (parts.size() != order.size()) refuse();
  std::vector<Value> values(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (parts[i].null && order[i].nullable) continue;
    const std::string& text = parts[i].text;
    const auto take = [&](const auto& read) {
      if (!read) refuse();
      values[i] = *read;
    };
    switch (order[i].type) {
      case Type::integer:
      case Type::real:
        take(number_literal(text));
        break;
      case Type::time:
        take(time_literal(text));
        break;
      case Type::duration:
        take(duration_literal(text));
        break;
      default:
        if (!storable(text)) refuse();
        values[i] = text;
    }
  }
  return values;
}

/// The rows behind the cursor as far as the terms from `first` on say.
std::string behind_from(std::size_t first, const std::vector<Value>& at, const std::vector<OrderTerm>& order,
                        Draft& draft) {
  const OrderTerm& term = order[first];
  const bool last = first + 1 == order.size();
  if (is_null(at[first])) {
    const std::string same = term.sql + " is null";
    return last ? "false" : fmt::format("{} and {}", same, behind_from(first + 1, at, order, draft));
  }
  const std::string here = draft.add(at[first]);
  std::string out = fmt::format("{} {} {}", term.sql, term.descending ? "<" : ">", here);
  if (term.nullable) out += fmt::format(" or {} is null", term.sql);
  if (!last) out += fmt::format(" or ({} = {} and {})", term.sql, here, behind_from(first + 1, at, order, draft));
  return "(" + out + ")";
}

}  // namespace

std::vector<OrderTerm> order_of(const Question& question, Scope& scope) {
  std::vector<OrderTerm> order;
  const auto add = [&](const Expr& e, bool descending) {
    std::string sql = scope.value(e);
    if (std::ranges::find(order, sql, &OrderTerm::sql) != order.end()) return;
    order.push_back({std::move(sql), e.type, descending, nullable(e)});
  };
  for (const Sort& sort : question.sort) add(sort.by, sort.descending);
  if (question.grouped()) {
    for (const Expr& group : question.group_by) add(group, false);
  } else if (!question.sort.empty() || question.limit || question.offset > 0 || question.after) {
    for (std::string_view name : table(question.entity).primary_key) add(path(question.entity, name), false);
  }
  return order;
}

std::string order_by(const std::vector<OrderTerm>& order) {
  std::string out;
  for (const OrderTerm& term : order) {
    out.append(out.empty() ? "" : ", ").append(term.sql);
    // Without need, `nulls last` would keep PostgreSQL from reading an index backwards.
    if (term.descending) out += term.nullable ? " desc nulls last" : " desc";
  }
  return out;
}

std::string limits(const Question& question, Draft& draft) {
  std::string out;
  const auto number = [&](std::uint64_t n) {
    return draft.add(Value{static_cast<std::int64_t>(std::min<std::uint64_t>(n, INT64_MAX))});
  };
  if (question.limit) out += "\nlimit " + number(*question.limit);
  if (question.offset > 0) out += "\noffset " + number(question.offset);
  return out;
}

std::vector<std::string> behind(std::string_view cursor, const std::vector<OrderTerm>& order, Draft& draft) {
  if (cursor.empty()) return {"true"};
  const std::vector<Value> at = values_of(cursor, order);
  const OrderTerm& first = order[0];
  if (is_null(at[0])) return {behind_from(0, at, order, draft)};
  // PostgreSQL seeks in an index for `k <= c`, and not for an `or`: nulls, which are beyond every value, go their own
  // way.
  std::vector<OrderTerm> not_null = order;
  not_null[0].nullable = false;
  const std::string here = draft.add(at[0]);
  std::string rows = order.size() == 1 ? behind_from(0, at, not_null, draft)
                                       : fmt::format("{} {} {} and {}", first.sql, first.descending ? "<=" : ">=", here,
                                                     behind_from(0, at, not_null, draft));
  if (!first.nullable) return {std::move(rows)};
  return {std::move(rows), first.sql + " is null"};
}

std::string cursor(const Plan& plan, const Tuple& row) {
  std::string out;
  for (std::size_t column : plan.order) {
    if (column != plan.order.front()) out += ',';
    const Value& value = row.values[column];
    std::string part = is_null(value) ? "null" : text(value);
    const bool bare =
        is_null(value) || (!part.empty() && part != "null" && part.find_first_of(",' ") == std::string::npos);
    if (bare) {
      out += part;
      continue;
    }
    out += '\'';
    for (char c : part) out.append(c == '\'' ? 2 : 1, c);
    out += '\'';
  }
  return out;
}

}  // namespace carnet
