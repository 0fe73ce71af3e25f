// SPDX-License-Identifier: Apache-2.0
#include "cli/line_source.hpp"

#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include "events/line.hpp"

namespace carnet {
namespace {

using Got = LineSource::Got;
using testing::ElementsAre;

/// A pipe that a LineSource reads by its name.
struct Pipe {
  std::array<int, 2> ends{};
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~Pipe() {
    ::close(ends[0]);
    close();
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  std::string name() const { return "/dev/fd/" + std::to_string(ends[0]); }
};

std::vector<std::string> lines_of(const std::string& text) {
  const std::filesystem::path file = testing::TempDir() + "lines";
  std::ofstream(file, std::ios::binary) << text;
  LineSource source(file);
  std::vector<std::string> lines;
  for (Got got = source.next(true); got != Got::end; got = source.next(true)) {
    lines.push_back(std::to_string(source.number()) + ":" +
                    (got == Got::too_long ? std::string{"too long"} : std::string{source.line()}));
  }
  return lines;
}

TEST(LineSource, ReadsLinesAndCountsBlankOnes) {
  EXPECT_THAT(lines_of(""), ElementsAre());
  EXPECT_THAT(lines_of("a"), ElementsAre("1:a"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("1:a"));
  EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("1:a", "2:", "3:b"));
  EXPECT_THAT(lines_of("\n"), ElementsAre("1:"));
  EXPECT_THAT(lines_of(std::string("a\0b\n", 4)), ElementsAre(std::string("1:a\0b", 5)));
}

TEST(LineSource, TakesOffCarriageReturnsAndTheByteOrderMark) {
  EXPECT_THAT(lines_of("a\r\nb\r\n"), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(lines_of("\xef\xbb\xbf"
                       "a\n\xef\xbb\xbf"
                       "b\n"),
              ElementsAre("1:a",
                          "2:\xef\xbb\xbf"
                          "b"));
}

TEST(LineSource, SkipsALineThatIsTooLongAndReadsTheNext) {
  const std::string longest(max_line_bytes, 'x');
  EXPECT_THAT(lines_of(longest + "\nb"), ElementsAre("1:" + longest, "2:b"));
  EXPECT_THAT(lines_of(longest + "x\nb"), ElementsAre("1:too long", "2:b"));
  EXPECT_THAT(lines_of("a\n" + longest + longest + longest + "\nb\n"), ElementsAre("1:a", "2:too long", "3:b"));
  EXPECT_THAT(lines_of(longest + longest), ElementsAre("1:too long"));
}

TEST(LineSource, GivesWhatAPipeHasAndSaysWhereItWouldHaveToWait) {
  Pipe pipe;
  LineSource source(pipe.name());
  EXPECT_EQ(source.next(false), Got::nothing);
  pipe.write("one\ntwo\nthr");
  EXPECT_EQ(source.next(false), Got::line);
  EXPECT_EQ(source.line(), "one");
  EXPECT_EQ(source.next(false), Got::line);
  EXPECT_EQ(source.line(), "two");
  EXPECT_EQ(source.next(false), Got::nothing) << "half a line is none";
  pipe.write("ee\n");
  EXPECT_EQ(source.next(false), Got::line);
  EXPECT_EQ(source.line(), "three");
  pipe.write("four");
  pipe.close();
  EXPECT_EQ(source.next(false), Got::line);
  EXPECT_EQ(source.line(), "four");
  EXPECT_EQ(source.next(false), Got::end);
}

TEST(LineSource, StopsWaitingWhenItIsTold) {
  Pipe pipe;
  const int stop = ::eventfd(0, 0);
  LineSource source(pipe.name(), stop);
  std::thread teller([&] { ::eventfd_write(stop, 1); });
  EXPECT_EQ(source.next(true), Got::end);
  teller.join();
  ::close(stop);
}

TEST(LineSource, DoesNotOpenWhatIsNoFile) {
  EXPECT_THROW(LineSource("/nowhere"), std::system_error);
  EXPECT_THROW(LineSource("/tmp"), std::system_error);
}

}  // namespace
}  // namespace carnet
