// SPDX-License-Identifier: Apache-2.0
// What a question compiles to: one statement, and one more for each to-many relation that is loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projector/schema.hpp"
#include "query/question.hpp"

namespace carnet {

/// What stands for $n: everything that somebody typed.
struct Argument {
  Type type = Type::text;
  bool list = false;          ///< An array of the type.
  std::vector<Value> values;  ///< One, unless it is a list.
};

struct Statement {
  std::string sql;
  std::vector<Argument> arguments;
};

struct TupleField {
  std::string name;
  Type type;
};

/// How the values of a row make an object: its own fields, and the relations nested in it.
struct TupleShape {
  std::string name;  ///< The relation's; the entity's at the top.
  std::vector<TupleField> fields;
  std::size_t first = 0;  ///< Where the fields begin in Tuple::values. To-one: the relation is null where this one is.
  bool many = false;      ///< An array; its rows are Tuple::many[slot] of the row that holds it.
  std::size_t slot = 0;
  std::vector<TupleShape> relations;  ///< In the order in which they were asked for.
};

struct Follow;

struct Plan {
  std::string schema;  ///< Of the tables.
  Statement statement;
  std::vector<Type> types;         ///< Of the statement's columns.
  std::vector<std::size_t> order;  ///< The columns that a page is sorted by; those behind the shape are for this only.
  TupleShape shape;
  std::vector<Follow> follows;  ///< To-many relations of this statement's rows; follows[i] fills slot i.
};

/// A further statement for all rows at once: its last argument is the list of their keys, its first column the key.
struct Follow {
  std::size_t key = 0;  ///< Of the row that it hangs from: index in Tuple::values.
  Plan plan;
};

/// Throws QuestionError where the parts of the question contradict each other. The schema is trusted to be a name.
Plan compile(const Question&, std::string_view schema = projection_schema);

}  // namespace carnet
