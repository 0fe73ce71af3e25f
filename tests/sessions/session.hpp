// SPDX-License-Identifier: Apache-2.0
// A command-line session as a text file. Lines that start in the first column are for people. The others are indented
// by two spaces:
//
//   $ command            run by sh
//   > its next line      such as a here-document's
//   what it prints
//   ! what it prints on standard error
//   ? exit status        where it is not 0
//
// In a document, C++ between ```cpp and ``` is for people, too.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace carnet {

struct Step {
  std::size_t line = 0;               ///< Of the file, where the command stands.
  std::vector<std::string> preamble;  ///< The lines for people before it.
  std::string command, out, err;
  int status = 0;
};

struct SessionFile {
  std::vector<Step> steps;
  std::vector<std::string> rest;  ///< The lines for people after the last step.
};

SessionFile read_session(const std::filesystem::path&);
void write_session(const std::filesystem::path&, const SessionFile&);

std::string text(const Step&);  ///< As it stands in the file, without its preamble.

}  // namespace carnet
