// SPDX-License-Identifier: Apache-2.0
// The parts of a question as people write them. Every function throws QuestionError with the text and the place in it;
// none fails otherwise, whatever the bytes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "query/question.hpp"

namespace carnet {

/// SQL's condition language: comparison, and, or, not, parentheses, in, like, ilike, between, is [not] null. Each `?`
/// stands for the next of the literals.
Expr parse_condition(Kind from, std::string_view text, std::span<const Expr> literals = {});

/// The same over the groups of a question: what it says of a group's rows is an aggregate, `count > 10`.
Expr parse_having(Kind from, std::string_view text);

/// `OPERAND,...`: paths, or one time minus another.
std::vector<Expr> parse_operands(Kind from, std::string_view commas);

/// `[-]OPERAND,...`, where an operand may be an aggregate, too.
std::vector<Sort> parse_sort(Kind from, std::string_view commas);

/// `RELATION,...`: dotted paths of relations.
std::vector<Path> parse_relations(Kind from, std::string_view commas);

}  // namespace carnet
