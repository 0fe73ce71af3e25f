// SPDX-License-Identifier: Apache-2.0
#include "tests/sessions/session.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace carnet {
namespace {

std::string marked(std::string_view mark, const std::string& lines) {
  std::string out;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) out += std::string("  ").append(mark) + line + '\n';
  return out;
}

}  // namespace

SessionFile read_session(const std::filesystem::path& path) {
  SessionFile session;
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::size_t number = 0;
  bool in_step = false, in_code = false;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```")) in_code = line == "```cpp";
    if (in_code || !line.starts_with("  ")) {
      session.rest.push_back(line);
      in_step = false;
      continue;
    }
    const std::string text = line.substr(2);
    if (text.starts_with("$ ")) {
      session.steps.push_back({number, std::exchange(session.rest, {}), text.substr(2), {}, {}, 0});
      in_step = true;
      continue;
    }
    if (!in_step) throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": no command before this");
    Step& step = session.steps.back();
    if (text.starts_with("> ") || text == ">") {
      step.command += '\n' + (text.size() > 2 ? text.substr(2) : "");
    } else if (text.starts_with("! ")) {
      step.err += text.substr(2) + '\n';
    } else if (text.starts_with("? ")) {
      step.status = std::stoi(text.substr(2));
    } else {
      step.out += text + '\n';
    }
  }
  return session;
}

std::string text(const Step& step) {
  std::string command = marked("> ", step.command);
  command[2] = '$';
  std::string out = command + marked("", step.out) + marked("! ", step.err);
  return step.status == 0 ? out : out + "  ? " + std::to_string(step.status) + '\n';
}

void write_session(const std::filesystem::path& path, const SessionFile& session) {
  std::ofstream out(path);
  for (const Step& step : session.steps) {
    for (const std::string& line : step.preamble) out << line << '\n';
    out << text(step);
  }
  for (const std::string& line : session.rest) out << line << '\n';
}

}  // namespace carnet
