// SPDX-License-Identifier: Apache-2.0
// Answers as aligned tables.
#pragma once

#include "cli/answer.hpp"

namespace carnet {

/// Columns aligned by what characters take on a screen, numbers to the right, null as ∅. The rows of a to-many relation
/// stand below each other beside their parent. On a terminal the table is as wide as it at most: long texts are cut
/// with …, and where that is not enough each row becomes a list of its columns.
std::unique_ptr<Printer> table_printer(const TupleShape& shape, Output& output, const Screen& screen);

/// Columns that the text takes on a screen.
std::size_t display_width(std::string_view utf8);

}  // namespace carnet
