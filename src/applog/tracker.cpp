#include "applog/tracker.hpp"

#include "applog/mention.hpp"

#include <algorithm>
#include <utility>

namespace migration_guard::applog {
namespace {

constexpr std::size_t most_sources = 64;

// How far, in bytes of the log, one line reaches to the next of the same error. A thrown error with two stack traces
// takes 3 to 4 KB; replicas write in between.
constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t reach_of_head = 8 * kib;
constexpr std::uint64_t reach_of_error = 32 * kib;
constexpr std::uint64_t reach_of_code = 4 * kib;
constexpr std::uint64_t reach_of_client_log = 64 * kib;
constexpr std::uint64_t reach_of_time = 8 * kib;
constexpr std::uint64_t reach_of_message = 2 * kib;

constexpr std::size_t longest_kept_line = 1000;

bool within(std::uint64_t from, std::uint64_t to, std::uint64_t reach) {
    return to - from <= reach;
}

bool contains(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\n") + 1 - begin);
}

/// Lines of a code frame or of a stack say nothing of their own.
bool is_frame(std::string_view text) {
    constexpr std::string_view arrow = "\xE2\x86\x92";
    const std::string_view line = trimmed(text);
    return line.empty() || line.starts_with("at ") || line.starts_with("/") || line.starts_with(arrow) ||
           (line.front() >= '0' && line.front() <= '9');
}

std::string_view line_at(std::string_view text, std::size_t at) {
    const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    return text.substr(begin, std::min(text.find('\n', at), text.size()) - begin);
}

/// The same in a line of JSON, where the string that holds it may end before the line does.
std::string_view message_at(std::string_view json, std::size_t at) {
    const std::string_view line = line_at(json, at);
    const std::size_t from = at - static_cast<std::size_t>(line.data() - json.data());
    return line.substr(0, std::min({line.find("\",", from), line.find("\"}", from), line.size()}));
}

/// The name in "Migration name: x" (P3018), or in ``The `x` migration started at ... failed`` (P3009).
std::string find_migration(std::string_view text) {
    constexpr std::string_view named = "Migration name: ";
    if (text.starts_with(named)) return std::string(text.substr(named.size(), 255));
    const bool failed = text.starts_with("The `") && contains(text, "` migration started at ");
    return failed ? between(text.substr(4), '`', '`') : "";
}

/// Of an error that the log gives by its code and properties alone.
Sentence sentence_of_code(std::string_view code, std::string_view text) {
    Sentence out;
    out.code = code;
    out.at = text.find(code);
    if (code == "P2021") {
        out.kind = LogGroup::Kind::table;
        out.object = find_property(text, "table");
    } else if (code == "P2022") {
        out.kind = LogGroup::Kind::column;
        out.object = find_property(text, "column");
    }
    return out;
}

}  // namespace

Tracker::Source& Tracker::source_of(std::string_view name) {
    if (sources_.size() >= most_sources && !sources_.contains(name)) {
        for (auto& [other, source] : sources_) close_adapter(source);
        sources_.clear();
    }
    const auto found = sources_.find(name);
    return found != sources_.end() ? found->second : sources_[std::string(name)];
}

void Tracker::want(std::uint64_t until) {
    wanted_until_ = std::max(wanted_until_, until);
}

std::optional<Moment> Tracker::time_of(const Source& source, std::uint64_t offset) const {
    if (source.time && within(source.time_offset, offset, reach_of_time)) return source.time;
    return time_before_(offset);
}

void Tracker::take(const LogLine& line, std::uint64_t offset) {
    Source& source = source_of(line.source);
    if (line.time) {
        source.time = line.time;
        source.time_offset = offset;
    }
    if (source.adapter.open && !within(source.adapter.offset, offset, reach_of_code)) close_adapter(source);
    if (line.json) {
        take_json(source, line.text, offset);
    } else {
        take_text(source, line.text, offset);
    }
}

/// All of an error is in the line, often three times: message, stack, message again.
void Tracker::take_json(Source& source, std::string_view text, std::uint64_t offset) {
    auto sentence = find_sentence(text);
    if (!sentence) sentence = find_adapter_error(text);
    const std::string_view code = find_code(text);
    if (!sentence && !code.empty()) sentence = sentence_of_code(code, text);
    if (!sentence) return;
    if (sentence->code.empty() && sentence->sqlstate.empty()) sentence->code = code;
    if (sentence->object.empty()) sentence->object = sentence_of_code(sentence->code, text).object;
    if (sentence->object.empty()) read_server_message(find_property(text, "originalMessage"), *sentence);
    if (sentence->model.empty()) sentence->model = find_property(text, "modelName");
    if (sentence->model.empty()) sentence->model = find_accessor(text);
    source.head = {};
    const std::string_view message = message_at(text, sentence->at);
    count(source, {.sentence = std::move(*sentence), .time = time_of(source, offset), .sample = message}, offset);
    groups_.learn_model(source.last.group, find_property(text, "modelName"));
}

/// pino-pretty tells an error up to three times: the message, then `err: {` with the message and with the stack.
void Tracker::take_object(Source& source, std::string_view text, std::uint64_t offset) {
    constexpr std::size_t longest = 40;  // indented; nearly every line is spared the look
    const Last& last = source.last;
    source.retells = false;
    if (!last.known || text.size() > longest) return;
    const std::string_view line = trimmed(text);
    if (line.starts_with('}')) {
        source.closed = true;
    } else if (line == "\"stack\":") {
        source.retells = true;
    } else if (line == "err: {" || line == "error: {") {
        source.retells = !last.client_log && !source.closed && within(last.offset, offset, reach_of_message);
    }
}

void Tracker::take_text(Source& source, std::string_view text, std::uint64_t offset) {
    const LineFacts& facts = known_lines_.of(text);
    const bool head = take_head(source, facts, offset);
    take_object(source, text, offset);
    if (facts.sentence) {
        take_sentence(source, *facts.sentence, text, offset);
        if (!facts.code.empty()) settle(source.due[source.last.code]);
    } else if (!facts.code.empty()) {
        take_code(source, facts.code, text, offset);
    } else if (facts.adapter) {
        take_adapter(source, *facts.adapter, text, offset);
    } else if (!head && source.head.open && source.head.text.empty() && !is_frame(text)) {
        source.head.text = trimmed(text).substr(0, longest_kept_line);
    }
    take_properties(source, text, facts, offset);
    take_migration(source, text, offset);
}

bool Tracker::take_head(Source& source, const LineFacts& facts, std::uint64_t offset) {
    Head& head = source.head;
    if (head.open && !within(head.offset, offset, reach_of_head)) head = {};
    const bool begins = facts.client_log || facts.thrown;
    if (!begins && !facts.invocation) return false;
    if (begins || !head.open) {
        head = {};
        head.open = true;
        head.client_log = facts.client_log;
        head.nested = source.retells || facts.cause;
    }
    head.offset = offset;
    if (facts.invocation) head.accessor = facts.accessor;
    want(offset + reach_of_head);
    return true;
}

void Tracker::take_sentence(Source& source, Sentence sentence, std::string_view text, std::uint64_t offset) {
    if (sentence.model.empty()) sentence.model = source.head.accessor;
    const Last& last = source.last;
    // "P2021" on a line before: the same error, which now says more.
    const bool explains = last.known && last.only_code && within(last.offset, offset, reach_of_code) &&
                          (last.code == sentence.code || sentence.code.empty());
    if (explains && last.counted) groups_.take_back(last.group);
    count(source, {.sentence = std::move(sentence), .time = time_of(source, offset), .sample = trimmed(text)}, offset);
    if (last.counted && !explains) owe(source.due[last.code], offset);
    source.head = {};
    want(offset + reach_of_head);
}

/// A code behind its sentence belongs to it; otherwise it is all that the log has of the error, or all before it.
void Tracker::take_code(Source& source, std::string_view code, std::string_view text, std::uint64_t offset) {
    Due& due = source.due[std::string(code)];
    if (due.count > 0 && within(due.offset, offset, reach_of_error)) return settle(due);
    due = {};
    close_adapter(source);
    Sentence sentence = sentence_of_code(code, text);
    sentence.model = source.head.accessor;
    const std::string message = std::exchange(source.head, {}).text;
    const std::string_view sample = message.empty() ? trimmed(text) : std::string_view(message);
    count(source, {.sentence = std::move(sentence), .time = time_of(source, offset), .sample = sample}, offset);
    source.last.only_code = message.empty();
    want(offset + reach_of_code);
}

void Tracker::take_adapter(Source& source, Sentence sentence, std::string_view text, std::uint64_t offset) {
    close_adapter(source);
    sentence.model = source.head.accessor;
    source.adapter = {.open = true,
                      .sentence = std::move(sentence),
                      .line = std::string(trimmed(text).substr(0, longest_kept_line)),
                      .time = time_of(source, offset),
                      .offset = offset};
    want(offset + reach_of_code);
}

void Tracker::take_properties(Source& source, std::string_view text, const LineFacts& facts, std::uint64_t offset) {
    if (source.adapter.open) {
        Sentence& told = source.adapter.sentence;
        if (told.kind == LogGroup::Kind::table) told.object = find_property(text, "table");
        if (told.kind == LogGroup::Kind::column) told.object = find_property(text, "column");
        if (told.object.empty()) {
            Sentence server;
            read_server_message(find_property(text, "originalMessage"), server);
            told.object = server.object;
        }
        if (!told.object.empty()) close_adapter(source);
    }
    const Last& last = source.last;
    if (last.known && within(last.offset, offset, reach_of_error)) groups_.learn_model(last.group, facts.model_name);
}

/// The errors of Prisma Migrate tell the migration some lines later.
void Tracker::take_migration(Source& source, std::string_view text, std::uint64_t offset) {
    Last& last = source.last;
    if (!last.known || !last.counted || !last.code.starts_with("P30")) return;
    const std::string name = find_migration(text);
    if (name.empty() || !within(last.offset, offset, reach_of_code)) return;
    Sentence sentence;
    sentence.code = last.code;
    sentence.kind = LogGroup::Kind::migration;
    sentence.object = name;
    const auto time = time_of(source, offset);
    groups_.take_back(last.group);
    last.group = groups_.place({.sentence = sentence, .time = time, .sample = trimmed(text)});
    groups_.count(last.group, time);
    // A further name belongs to the same error.
    last.counted = false;
}

void Tracker::close_adapter(Source& source) {
    if (!source.adapter.open) return;
    const Adapter adapter = std::exchange(source.adapter, {});
    count(source, {.sentence = adapter.sentence, .time = adapter.time, .sample = adapter.line}, adapter.offset);
}

void Tracker::owe(Due& due, std::uint64_t offset) {
    if (!within(due.offset, offset, reach_of_error)) due.count = 0;
    due = {.count = due.count + 1, .offset = offset};
}

void Tracker::settle(Due& due) {
    if (due.count > 0) --due.count;
}

/// The client prints an error when it is asked to log, then throws it, and the app prints it again.
bool Tracker::repeats_client_log(std::size_t group, bool client_log, std::uint64_t offset) {
    if (group == Groups::none) return false;
    Due& unpaired = unpaired_[group];
    if (!within(unpaired.offset, offset, reach_of_client_log)) unpaired.count = 0;
    if (client_log) {
        unpaired = {.count = unpaired.count + 1, .offset = offset};
        return false;
    }
    const bool repeats = unpaired.count > 0;
    settle(unpaired);
    return repeats;
}

void Tracker::count(Source& source, const Occurrence& occurrence, std::uint64_t offset) {
    const std::size_t group = groups_.place(occurrence);
    Last& last = source.last;
    const bool nested =
        source.head.nested && last.known && last.group == group && within(last.offset, offset, reach_of_error);
    const bool client_log = source.head.client_log;
    const bool repeated = nested || repeats_client_log(group, client_log, offset);
    if (repeated) {
        groups_.touch(group, occurrence.time);
    } else {
        groups_.count(group, occurrence.time);
    }
    last = {.known = true,
            .counted = !repeated,
            .client_log = client_log,
            .group = group,
            .code = occurrence.sentence.code,
            .offset = offset};
    source.closed = false;
}

LogFindings Tracker::finish() {
    for (auto& [name, source] : sources_) close_adapter(source);
    return groups_.findings();
}

}  // namespace migration_guard::applog
