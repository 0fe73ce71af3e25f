// SPDX-License-Identifier: Apache-2.0
#include "cli/report.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

#include "cli/message.hpp"
#include "cli/receipt.hpp"
#include "events/json.hpp"

namespace carnet {
namespace {

/// The stream of the event, with the id that the ledger gave.
std::string stream_text(const Line& line, const Receipt& receipt) {
  Stream stream = stream_of(line.event);
  if (receipt.id != 0) stream.id = receipt.id;
  return text(stream);
}

}  // namespace

Report::Report(Options options) : options_(std::move(options)) {
  if (options_.rejects.empty()) return;
  rejects_.reset(std::fopen(options_.rejects.c_str(), "we"));
  if (!rejects_) throw std::system_error(errno, std::generic_category(), options_.rejects);
}

void Report::add(const Batch& batch, const std::vector<Answer>& answers) {
  std::size_t next = 0;
  const Entry* last = nullptr;
  const std::vector<std::string>& names = batch.names.empty() ? options_.names : batch.names;
  for (const Entry& entry : batch.entries) {
    const std::string& name = names[entry.file];
    if (entry.rejection) {
      refuse(entry, name, *entry.rejection);
    } else {
      if (next == answers.size()) break;
      if (const auto* receipt = std::get_if<Receipt>(&answers[next])) {
        accept(entry, name, batch.lines[next], *receipt);
      } else {
        refuse(entry, name, std::get<Rejection>(answers[next]));
      }
      ++next;
    }
    last = &entry;
  }
  if (last != nullptr && options_.from != From::shell) last_ = where(*last, names[last->file]);
  flush();
}

void Report::add(const Entry& entry, const std::string& name, std::string_view receipt, bool duplicate) {
  if (entry.rejection) return refuse(entry, name, *entry.rejection);
  ++(duplicate ? duplicates_ : accepted_);
  if (options_.receipts) out_.write(receipt_of(entry, name).append(receipt).append("}\n"));
}

void Report::reached(const Entry& entry, const std::string& name) {
  last_ = where(entry, name);
}

void Report::count(std::uint64_t accepted, std::uint64_t duplicates) {
  accepted_ = accepted;
  duplicates_ = duplicates;
}

void Report::flush() {
  out_.flush();
  if (rejects_ && (std::fflush(rejects_.get()) != 0 || std::ferror(rejects_.get()) != 0)) {
    throw std::system_error(errno, std::generic_category(), options_.rejects);
  }
}

void Report::accept(const Entry& entry, const std::string& name, const Line& line, const Receipt& receipt) {
  ++(receipt.duplicate ? duplicates_ : accepted_);
  if (options_.from == From::shell) {
    const char* did = receipt.duplicate ? "was recorded before" : options_.dry_run ? "would be recorded" : "recorded";
    say(stream_text(line, receipt), fmt::format("{}: position {}, version {}", did, receipt.position, receipt.version));
  }
  if (!options_.receipts) return;
  std::string text = receipt_of(entry, name);
  append_receipt(text, line, receipt);
  out_.write(text += "}\n");
}

void Report::refuse(const Entry& entry, const std::string& name, const Rejection& rejection) {
  ++refused_;
  ++refused_by_code_.at(static_cast<std::size_t>(rejection.code));
  const std::string member = rejection.member.empty() ? "" : rejection.member + ": ";
  say(where(entry, name), fmt::format("{}: {}{}", text(rejection.code), member, rejection.message));
  if (rejects_ && !entry.text.empty()) {
    const std::string line = entry.text + '\n';
    std::fwrite(line.data(), 1, line.size(), rejects_.get());  // a malformed line may hold a NUL
  }
  if (!options_.receipts) return;
  std::string text = receipt_of(entry, name);
  append_rejection(text, rejection);
  out_.write(text += "}\n");
}

std::string Report::receipt_of(const Entry& entry, const std::string& name) const {
  std::string out = "{";
  if (options_.names.size() > 1 || options_.from == From::matches) {
    out += options_.from == From::matches ? R"("stream":)" : R"("file":)";
    json::append_quoted(out, name);
    out += ',';
  }
  return out + fmt::format(R"("line":{},)", entry.number);
}

std::string Report::where(const Entry& entry, const std::string& name) const {
  return options_.from == From::files ? fmt::format("{}:{}", name, entry.number) : name;
}

void Report::sum_up() const {
  if (options_.from == From::shell) return;
  const std::string_view would = options_.dry_run ? "would be " : "";
  std::string sum = fmt::format("{} {}accepted", grouped(accepted_), would);
  if (duplicates_ > 0) sum += fmt::format(", {} known already", grouped(duplicates_));
  if (refused_ > 0) {
    sum += fmt::format(", {} {}refused (", grouped(refused_), would);
    const char* separator = "";
    for (std::size_t code = 0; code < refused_by_code_.size(); ++code) {
      if (refused_by_code_[code] == 0) continue;
      sum += fmt::format("{}{} {}", std::exchange(separator, ", "), grouped(refused_by_code_[code]),
                         text(static_cast<Code>(code)));
    }
    sum += ')';
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(answered()) / seconds);
  say("append", fmt::format("{} in {:.2f} s ({}/s)", sum, seconds, grouped(rate)));
}

Exit Report::exit() const {
  if (refused_ == 0) return Exit::done;
  return accepted_ + duplicates_ > 0 ? Exit::some_refused : Exit::all_refused;
}

}  // namespace carnet
