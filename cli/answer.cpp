// SPDX-License-Identifier: Apache-2.0
#include "cli/answer.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/answer_table.hpp"
#include "cli/message.hpp"
#include "events/json.hpp"

namespace carnet {
namespace {

/// What is JSON as it stands, on one line: no break of a line is part of a text in it.
void append_verbatim(std::string& out, std::string_view json) {
  const std::size_t start = out.size();
  out += json;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

/// JSON has no NaN and no infinity: these are texts.
bool is_number(std::string_view digits) {
  return !digits.empty() && digits.back() >= '0' && digits.back() <= '9';
}

void append_json(std::string& out, Type type, const Value& value) {
  if (is_null(value)) {
    out += "null";
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    if (type == Type::json || (type == Type::decimal && is_number(*text))) return append_verbatim(out, *text);
    json::append_quoted(out, *text);
  } else if (value.index() <= 2) {  // a number
    append_text(out, value);
  } else {
    out += '"';
    append_text(out, value);
    out += '"';
  }
}

void append_rows(std::string& out, const TupleShape& shape, const std::vector<Tuple>& rows) {
  out += '[';
  for (const Tuple& row : rows) {
    if (out.back() != '[') out += ',';
    append_json(out, shape, row);
  }
  out += ']';
}

/// JSON leaves U+0080 to U+009F as they are, and some terminals obey them.
void escape_c1(std::string& json) {
  for (std::size_t at = 0; (at = json.find('\xc2', at)) != std::string::npos; ++at) {
    const auto next = static_cast<unsigned char>(json[at + 1]);
    if (next < 0xa0) json.replace(at, 2, fmt::format("\\u{:04x}", next));
  }
}

class Ndjson : public Printer {
 public:
  Ndjson(const TupleShape& shape, Output& output, bool terminal)
      : shape_(shape), output_(output), terminal_(terminal) {}
  void row(const Tuple& row) override {
    line_.clear();
    append_json(line_, shape_, row);
    if (terminal_) escape_c1(line_);
    line_ += '\n';
    output_.write(line_);
  }
  void end() override { output_.flush(); }

 private:
  const TupleShape& shape_;
  Output& output_;
  bool terminal_;
  std::string line_;
};

/// One array, an object a line.
class Json : public Printer {
 public:
  Json(const TupleShape& shape, Output& output, bool terminal) : shape_(shape), output_(output), terminal_(terminal) {}
  void row(const Tuple& row) override {
    line_ = any_ ? ",\n" : "[\n";
    any_ = true;
    append_json(line_, shape_, row);
    if (terminal_) escape_c1(line_);
    output_.write(line_);
  }
  void end() override {
    output_.write(any_ ? "\n]\n" : "[]\n");
    output_.flush();
  }

 private:
  const TupleShape& shape_;
  Output& output_;
  bool terminal_;
  std::string line_;
  bool any_ = false;
};

/// RFC 4180. To-one relations are columns with dotted names, to-many ones a column of JSON. Null is an empty field; no
/// text is empty.
class Csv : public Printer {
 public:
  Csv(const TupleShape& shape, Output& output, bool terminal) : shape_(shape), output_(output), terminal_(terminal) {
    header(shape, "");
    end_line();
  }
  void row(const Tuple& row) override {
    fields(shape_, &row);
    end_line();
  }
  void end() override { output_.flush(); }

 private:
  void header(const TupleShape& shape, const std::string& prefix) {
    for (const TupleField& f : shape.fields) put(prefix + f.name);
    for (const TupleShape& r : shape.relations) {
      if (r.many) {
        put(prefix + r.name);
      } else {
        header(r, prefix + r.name + ".");
      }
    }
  }

  void fields(const TupleShape& shape, const Tuple* row) {
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      cell_.clear();
      if (row) append_text(cell_, row->values[shape.first + i]);
      put(cell_);
    }
    for (const TupleShape& r : shape.relations) {
      if (!r.many) {
        fields(r, row);
        continue;
      }
      cell_.clear();
      append_rows(cell_, r, row->many[r.slot]);
      put(cell_);
    }
  }

  void put(std::string_view field) {
    const std::string shown = terminal_ ? printable(field) : std::string{};
    if (terminal_) field = shown;
    if (!first_) line_ += ',';
    first_ = false;
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
      line_ += field;
      return;
    }
    line_ += '"';
    for (char c : field) line_.append(c == '"' ? 2 : 1, c);
    line_ += '"';
  }

  void end_line() {
    line_ += "\r\n";
    output_.write(line_);
    line_.clear();
    first_ = true;
  }

  const TupleShape& shape_;
  Output& output_;
  bool terminal_;
  std::string line_, cell_;
  bool first_ = true;
};

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  static constexpr std::array<std::string_view, 4> names{"table", "ndjson", "json", "csv"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

Screen standard_screen() {
  Screen screen;
  const char* term = std::getenv("TERM");
  screen.terminal = ::isatty(STDOUT_FILENO) != 0;
  screen.colour = screen.terminal && term && std::string_view{term} != "dumb" && !std::getenv("NO_COLOR");
  winsize size{};
  if (screen.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    screen.columns = size.ws_col;
    screen.lines = size.ws_row;
  }
  return screen;
}

void append_json(std::string& out, const TupleShape& shape, const Tuple& row) {
  char separator = '{';
  const auto member = [&](std::string_view name) {
    out += separator;
    separator = ',';
    json::append_quoted(out, name);
    out += ':';
  };
  for (std::size_t i = 0; i < shape.fields.size(); ++i) {
    member(shape.fields[i].name);
    append_json(out, shape.fields[i].type, row.values[shape.first + i]);
  }
  for (const TupleShape& r : shape.relations) {
    member(r.name);
    if (r.many) {
      append_rows(out, r, row.many[r.slot]);
    } else if (is_null(row.values[r.first])) {
      out += "null";
    } else {
      append_json(out, r, row);
    }
  }
  out += separator == '{' ? "{}" : "}";
}

std::unique_ptr<Printer> printer(Format format, const TupleShape& shape, Output& output, const Screen& screen) {
  switch (format) {
    case Format::ndjson:
      return std::make_unique<Ndjson>(shape, output, screen.terminal);
    case Format::json:
      return std::make_unique<Json>(shape, output, screen.terminal);
    case Format::csv:
      return std::make_unique<Csv>(shape, output, screen.terminal);
    case Format::table:
      break;
  }
  return table_printer(shape, output, screen);
}

}  // namespace carnet
