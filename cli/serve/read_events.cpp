// SPDX-License-Identifier: Apache-2.0
// GET /events and GET /streams/...: the history, from the disk and then live.
#include <fmt/format.h>

#include <atomic>
#include <iterator>
#include <memory>

#include "cli/selection.hpp"
#include "cli/serve/pour.hpp"
#include "cli/serve/routes.hpp"
#include "cli/serve/server.hpp"
#include "events/catalogue.hpp"
#include "events/line.hpp"

namespace carnet::serve {
namespace {

constexpr std::string_view sse_type = "text/event-stream";
constexpr std::size_t piece_bytes = 256 << 10;      // read from the disk at once
constexpr Position piece_records = 20'000;          // looked at for that, wanted or not
constexpr std::size_t max_backlog_bytes = 1 << 20;  // beyond it the peer is waited for

/// How a record is shown.
struct Frames {
  bool sse = false, cloud_events = false;
  std::string uuid;

  void append(std::string& out, const Record& record, std::string_view line) const {
    const std::string cloud = cloud_events ? to_cloud_event(record, uuid) : std::string{};
    const std::string_view data = cloud_events ? cloud : line;
    if (sse) {
      fmt::format_to(std::back_inserter(out), "id: {}\nevent: {}\ndata: {}\n\n", record.position,
                     catalogue()[record.event.index()].name, data);
    } else {
      out.append(data) += '\n';
    }
  }
  void append(std::string& out, const Record& record) const {
    append(out, record, cloud_events ? std::string{} : to_line(record));
  }
  std::string_view type() const { return sse ? sse_type : ndjson_type; }
};

Task<> room_for_more(Session& session) {
  while (!session.is_over() && session.backlog() > max_backlog_bytes) co_await session.bell().wait();
}

/// One follower of the history, or a reader of a part of it.
class Following {
 public:
  Following(Server& server, Session& session, Selection selection, std::optional<Stream> stream, Frames frames)
      : server_(server),
        session_(session),
        selection_(std::move(selection)),
        stream_(std::move(stream)),
        frames_(std::move(frames)) {}

  /// From that position to the selection's end, or for ever.
  Task<> run(Position next, bool follow) {
    next_ = next;
    if (!session_.begun()) session_.begin({200, std::string{frames_.type()}, {}, {}});
    if (follow) session_.watch_peer();
    co_await read_up_to(server_.ledger().head().position);
    while (follow && !session_.is_over() && next_ <= selection_.last()) co_await follow_live();
    if (session_.is_over()) {
      co_await session_.cut();
    } else {
      co_await session_.finish();
    }
  }

 private:
  struct Piece {
    std::string text;
    Position next = 0;
    std::uint64_t records = 0;
  };

  /// From the disk, piece by piece, as the peer takes them.
  Task<> read_up_to(Position head) {
    const Position last = std::min(head, selection_.last());
    while (!session_.is_over() && next_ <= last) {
      Piece piece = co_await server_.reading().run(session_.peer().name, [&] { return read_piece(last); });
      next_ = piece.next;
      session_.write(piece.text);
      server_.metrics().events_sent += piece.records;
      co_await room_for_more(session_);
    }
  }

  Piece read_piece(Position last) const {
    Piece piece;
    const Position to = std::min(last, next_ + piece_records - 1);
    Readers::Lease reader = server_.readers().lend();
    piece.next = next_;
    reader->scan(next_, to, [&](const Record& record) {
      piece.next = record.position + 1;
      if (!selection_.has(record) || (stream_ && stream_of(record.event) != *stream_)) return true;
      frames_.append(piece.text, record);
      ++piece.records;
      return piece.text.size() < piece_bytes;
    });
    return piece;
  }

  /// As it happens, until the peer goes, the end is reached, or the peer is so slow that it must go on from the disk.
  Task<> follow_live() {
    Watcher watcher(selection_, stream_, [this] { session_.bell().ring(); });
    const Watching watching(server_, watcher);
    while (!session_.is_over() && !watcher.since) co_await session_.bell().wait();
    if (session_.is_over()) co_return;
    co_await read_up_to(*watcher.since);
    std::string text;
    while (!session_.is_over() && !watcher.overtaken) {
      text.clear();
      while (session_.backlog() + text.size() < max_backlog_bytes) {
        const auto live = watcher.next();
        if (!live) break;
        if (live->record.position < next_) continue;
        frames_.append(text, live->record, live->line);
        next_ = live->record.position + 1;
        server_.metrics().events_sent += 1;
      }
      if (text.empty() && frames_.sse && session_.heartbeat_due()) text = ":\n\n";
      session_.write(text);
      if (watcher.queue.empty() && watcher.passed >= selection_.last()) next_ = selection_.last() + 1;
      if (next_ > selection_.last()) co_return;
      co_await session_.bell().wait();
    }
    if (watcher.overtaken) server_.metrics().overtaken += 1;
  }

  struct Watching {
    Server& server;
    Watcher& watcher;
    Watching(Server& s, Watcher& w) : server(s), watcher(w) {
      server.tail().add(watcher);
      server.metrics().watchers += 1;
    }
    ~Watching() {
      server.tail().remove(watcher);
      server.metrics().watchers -= 1;
    }
    Watching(const Watching&) = delete;
  };

  Server& server_;
  Session& session_;
  const Selection selection_;
  const std::optional<Stream> stream_;
  const Frames frames_;
  Position next_ = 1;
};

struct Asked {
  Selection selection;
  Frames frames;
  bool follow = false;
  bool has_from = false;
  std::optional<Position> after;  ///< The last that the client has seen.
};

Asked asked(Server& server, const Request& request) {
  const Parameters& p = request.parameters;
  p.only({"from", "to", "type", "follow", "cloudevents", "last_event_id"});
  Asked asked{Selection(p.text("from").value_or(""), p.text("to").value_or(""), p.text("type").value_or(""), ""),
              {},
              false,
              p.text("from").has_value(),
              p.number("last_event_id")};
  asked.frames = {request.accepts(sse_type), p.flag("cloudevents"), server.ledger().head().uuid};
  asked.follow = asked.frames.sse || p.flag("follow");
  if (!request.last_event_id.empty()) {
    asked.after = Parameters("last_event_id=" + request.last_event_id).number("last_event_id");
  }
  return asked;
}

/// Where the answer begins: a live stream that nothing is asked of begins with what comes next.
Position first_of(const Asked& asked, Position head) {
  if (asked.after) return std::max(*asked.after + 1, asked.has_from ? asked.selection.first() : 1);
  return asked.frames.sse && !asked.has_from ? head + 1 : asked.selection.first();
}

Stream stream_in(const std::vector<std::string>& segments) {
  std::string text = segments.at(1);
  for (std::size_t i = 2; i < segments.size(); ++i) text += '/' + segments[i];
  if (auto stream = stream_from(text)) return *stream;
  throw Problem(404, fmt::format("{}: not a stream (such as vol/AF101, avion/7 or reservation/AF101/12)", text));
}

/// The stream's own records between the positions; reads no others.
Task<> read_stream(Server& server, Session& session, const Stream& stream, const Asked& asked, Position first,
                   Position last) {
  // The worker may be at it for a moment longer than this: what it looks at is its own.
  const auto known = std::make_shared<std::atomic<bool>>(false);
  const std::function<void(Flow&)> history = [&server, stream, asked, first, last, known](Flow& flow) {
    Readers::Lease reader = server.readers().lend();
    std::string text;
    reader->history(stream, [&](const Record& record) {
      *known = true;
      if (record.position < first || record.position > last) return true;  // the reader may be beyond `last`
      if (asked.selection.has(record)) asked.frames.append(text, record);
      if (text.size() >= piece_bytes) flow.put(std::exchange(text, {}));
      return true;
    });
    flow.put(text);
  };
  const Response head{200, std::string{asked.frames.type()}, {}, {}};
  co_await pour(server.reading(), session, server.io(), head, history);
  if (!*known && !session.is_closed()) throw Problem(404, text(stream) + " has no record");
}

}  // namespace

Task<> get_events(Server& server, Session& session) {
  Asked what = asked(server, session.request());
  const Position first = first_of(what, server.ledger().head().position);
  Following following(server, session, std::move(what.selection), std::nullopt, std::move(what.frames));
  co_await following.run(first, what.follow);
}

Task<> get_stream(Server& server, Session& session) {
  Asked what = asked(server, session.request());
  const Stream stream = stream_in(session.request().segments);
  const Position head = server.ledger().head().position;
  const Position first = first_of(what, head);
  if (first <= head) {
    co_await read_stream(server, session, stream, what, first, std::min(head, what.selection.last()));
  }
  Following following(server, session, std::move(what.selection), stream, std::move(what.frames));
  co_await following.run(std::max(first, head + 1), what.follow);
}

}  // namespace carnet::serve
