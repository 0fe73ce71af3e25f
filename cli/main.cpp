// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/query.hpp"

int main(int argc, char** argv) {
  try {
    carnet::end_on_interrupt();
    return static_cast<int>(carnet::run({argv + 1, argv + argc}));
  } catch (const carnet::BrokenPipe&) {
    return static_cast<int>(carnet::Exit::done);  // `| head` has what it wanted
  } catch (const carnet::QuestionError& error) {
    carnet::report(error);
    return static_cast<int>(carnet::exit_status(error));
  } catch (const std::system_error& error) {
    carnet::say(error);
    return static_cast<int>(carnet::exit_status(error));
  } catch (const std::exception& error) {
    carnet::say("", error.what());
    return static_cast<int>(carnet::exit_status(error));
  }
}
