// SPDX-License-Identifier: Apache-2.0
#include "cli/answer_table.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

#include "cli/message.hpp"

namespace carnet {
namespace {

constexpr std::size_t sample_rows = 1000;  // that say how wide the columns are
constexpr std::size_t narrowest = 8;       // a text is not cut shorter than this
constexpr std::string_view gap = "  ", null_sign = "∅", cut_sign = "…";

/// Where a column's text ends that takes at most `columns` on a screen.
std::size_t prefix_of_width(std::string_view utf8, std::size_t columns) {
  std::size_t at = 0, width = 0;
  while (at < utf8.size()) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data() + at),
                                       static_cast<utf8proc_ssize_t>(utf8.size() - at), &point);
    if (size <= 0) return at;
    width += static_cast<std::size_t>(utf8proc_charwidth(point));
    if (width > columns) return at;
    at += static_cast<std::size_t>(size);
  }
  return at;
}

struct TableColumn {
  std::string name;
  bool number = false, text = false;
  std::size_t width = 0;
};

/// A cell's text is empty where there is nothing to say: beside the second of several related rows.
struct TableCell {
  std::string text;
  std::size_t width = 0;  ///< On a screen.
  bool null = false;

  void set(const Value& value) {
    null = is_null(value);
    text = null ? std::string{null_sign} : printable(carnet::text(value));
    width = display_width(text);
  }
};
using TableLine = std::vector<TableCell>;

class TablePrinter : public Printer {
 public:
  TablePrinter(const TupleShape& shape, Output& output, const Screen& screen)
      : shape_(shape), output_(output), screen_(screen) {
    add_columns(shape, "");
  }

  void row(const Tuple& row) override {
    ++count_;
    std::vector<TableLine> lines(1, TableLine(columns_.size()));
    fill(lines, 0, 0, shape_, row);
    if (started_) return write(lines);
    held_.push_back(std::move(lines));
    if (held_.size() == sample_rows) start();
  }

  void end() override {
    start();
    if (screen_.terminal) output_.write(fmt::format("({} row{})\n", grouped(count_), count_ == 1 ? "" : "s"));
    output_.flush();
  }

 private:
  void add_columns(const TupleShape& shape, const std::string& prefix) {
    for (const TupleField& f : shape.fields) {
      const bool number =
          f.type == Type::integer || f.type == Type::real || f.type == Type::decimal || f.type == Type::duration;
      columns_.push_back({printable(prefix + f.name), number, f.type == Type::text || f.type == Type::json, 0});
    }
    for (const TupleShape& r : shape.relations) add_columns(r, prefix + r.name + ".");
  }

  static std::size_t width_of(const TupleShape& shape) {
    std::size_t width = shape.fields.size();
    for (const TupleShape& r : shape.relations) width += width_of(r);
    return width;
  }

  /// Writes the row's cells from (line, column) on, adding lines as needed; gives the number of lines it took.
  std::size_t fill(std::vector<TableLine>& lines, std::size_t line, std::size_t column, const TupleShape& shape,
                   const Tuple& row) {
    if (line >= lines.size()) lines.resize(line + 1, TableLine(columns_.size()));
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      lines[line][column + i].set(row.values[shape.first + i]);
    }
    std::size_t height = 1;
    std::size_t at = column + shape.fields.size();
    for (const TupleShape& r : shape.relations) {
      if (!r.many) {
        height = std::max(height, fill(lines, line, at, r, row));
      } else {
        std::size_t taken = 0;
        for (const Tuple& related : row.many[r.slot]) taken += fill(lines, line + taken, at, r, related);
        height = std::max(height, taken);
      }
      at += width_of(r);
    }
    return height;
  }

  void start() {
    if (started_) return;
    started_ = true;
    for (TableColumn& c : columns_) c.width = display_width(c.name);
    for (const auto& lines : held_) {
      for (const TableLine& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) columns_[i].width = std::max(columns_[i].width, line[i].width);
      }
    }
    if (screen_.terminal) fit();
    if (!as_list_) write_header();
    for (const auto& lines : held_) write(lines);
    held_.clear();
  }

  std::size_t whole_width() const {
    std::size_t width = 0;
    for (const TableColumn& c : columns_) width += c.width + gap.size();
    return width - std::min(width, gap.size());
  }

  /// Takes from the widest text, a column at a time, until the table fits.
  void fit() {
    while (whole_width() > screen_.columns) {
      TableColumn* widest = nullptr;
      for (TableColumn& c : columns_) {
        if (c.text && c.width > narrowest && (!widest || c.width > widest->width)) widest = &c;
      }
      if (!widest) {
        as_list_ = true;
        return;
      }
      --widest->width;
    }
  }

  void write_header() {
    TableLine names, rules;
    for (const TableColumn& c : columns_) {
      names.push_back({c.name, display_width(c.name)});
      std::string rule;
      for (std::size_t i = 0; i < c.width; ++i) rule += "─";
      rules.push_back({std::move(rule), c.width});
    }
    write_line(names, screen_.colour ? "\x1b[1m" : "");
    write_line(rules, "");
  }

  void write(const std::vector<TableLine>& lines) {
    if (as_list_) return write_list(lines);
    for (const TableLine& line : lines) write_line(line, "");
  }

  void write_line(const TableLine& line, std::string_view style) {
    std::string out{style};
    for (std::size_t i = 0; i < line.size(); ++i) {
      const TableColumn& c = columns_[i];
      std::string cut;
      std::string_view text = line[i].text;
      std::size_t width = line[i].width;
      if (screen_.terminal && width > c.width) {
        cut.append(text.substr(0, prefix_of_width(text, c.width - 1))).append(cut_sign);
        text = cut;
        width = display_width(text);
      }
      const std::size_t padding = c.width - std::min(width, c.width);
      if (i > 0) out += gap;
      if (c.number) out.append(padding, ' ');
      if (line[i].null && screen_.colour) {
        out.append("\x1b[2m").append(text).append("\x1b[0m");
      } else {
        out += text;
      }
      if (!c.number && i + 1 < line.size()) out.append(padding, ' ');
    }
    if (style.empty()) out.erase(out.find_last_not_of(' ') + 1);
    if (!style.empty()) out += "\x1b[0m";
    output_.write(out += '\n');
  }

  /// A row that is wider than the screen, as its columns below each other.
  void write_list(const std::vector<TableLine>& lines) {
    std::size_t names = 0;
    for (const TableColumn& c : columns_) names = std::max(names, display_width(c.name));
    std::string out = fmt::format("── {} ──\n", printed_++);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      for (const TableLine& line : lines) {
        if (line[i].text.empty()) continue;
        out.append(columns_[i].name).append(names - display_width(columns_[i].name), ' ');
        out.append(gap).append(line[i].text).append("\n");
      }
    }
    output_.write(out);
  }

  const TupleShape& shape_;
  Output& output_;
  Screen screen_;
  std::vector<TableColumn> columns_;
  std::vector<std::vector<TableLine>> held_;
  std::uint64_t count_ = 0, printed_ = 1;
  bool started_ = false, as_list_ = false;
};

}  // namespace

std::size_t display_width(std::string_view utf8) {
  // Most texts are plain ASCII, and a table asks this of each of its cells.
  if (std::ranges::all_of(utf8, [](char c) { return c >= ' ' && c <= '~'; })) return utf8.size();
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data() + at),
                                       static_cast<utf8proc_ssize_t>(utf8.size() - at), &point);
    if (size <= 0) return width + (utf8.size() - at);
    width += static_cast<std::size_t>(utf8proc_charwidth(point));
    at += static_cast<std::size_t>(size);
  }
  return width;
}

std::unique_ptr<Printer> table_printer(const TupleShape& shape, Output& output, const Screen& screen) {
  return std::make_unique<TablePrinter>(shape, output, screen);
}

}  // namespace carnet
