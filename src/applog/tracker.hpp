// Puts the lines of one error together: head, sentence, code, properties, in any of the shapes that a log shows them.
//
// Not the reading of lines (log_line.hpp). Keeps true: state is kept for a bounded number of replicas, and reaches back
// over a bounded stretch of the log, so that a line torn out of an error never counts for a later one.
#pragma once

#include "applog/groups.hpp"
#include "applog/line_facts.hpp"
#include "applog/log_line.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace migration_guard::applog {

class Tracker {
public:
    /// `time_before(offset)`: the time of the nearest line before that one that has one.
    using TimeBefore = std::function<std::optional<Moment>(std::uint64_t offset)>;
    explicit Tracker(TimeBefore time_before) : time_before_(std::move(time_before)) {}

    /// `offset`: of the line's beginning in the whole log; never smaller than the last.
    void take(const LogLine& line, std::uint64_t offset);

    /// Up to there every line is worth taking, since an error has begun that they may belong to.
    [[nodiscard]] std::uint64_t wanted_until() const { return wanted_until_; }

    LogFindings finish();

private:
    /// What came before a sentence.
    struct Head {
        bool open = false;
        bool client_log = false;
        bool nested = false;  ///< the `cause` of an error that is printed already
        std::string accessor;
        std::string text;  ///< the first line after it that is no frame: the message, when no sentence is known
        std::uint64_t offset = 0;
    };
    /// The last error counted, for what still belongs to it.
    struct Last {
        bool known = false;
        bool counted = false;    ///< false: it repeated an error that had been counted
        bool only_code = false;  ///< "P2021" and nothing more: its sentence may follow
        bool client_log = false;
        std::size_t group = Groups::none;
        std::string code;
        std::uint64_t offset = 0;
    };
    /// Sentences whose code is still to come: requests run side by side, and so do their errors' lines.
    struct Due {
        std::uint64_t count = 0;
        std::uint64_t offset = 0;
    };
    /// An adapter's error on its own, whose object comes some lines later.
    struct Adapter {
        bool open = false;
        Sentence sentence;
        std::string line;
        std::optional<Moment> time;
        std::uint64_t offset = 0;
    };
    struct Source {
        Head head;
        Last last;
        Adapter adapter;
        std::map<std::string, Due, std::less<>> due;  ///< by code, of which there are few
        std::optional<Moment> time;
        std::uint64_t time_offset = 0;
        bool retells = false;  ///< what the next line throws has been told already
        bool closed = false;   ///< an object has ended since the last error
    };

    Source& source_of(std::string_view name);
    void take_json(Source& source, std::string_view text, std::uint64_t offset);
    void take_text(Source& source, std::string_view text, std::uint64_t offset);
    bool take_head(Source& source, const LineFacts& facts, std::uint64_t offset);
    static void take_object(Source& source, std::string_view text, std::uint64_t offset);
    void take_sentence(Source& source, Sentence sentence, std::string_view text, std::uint64_t offset);
    void take_code(Source& source, std::string_view code, std::string_view text, std::uint64_t offset);
    void take_adapter(Source& source, Sentence sentence, std::string_view text, std::uint64_t offset);
    void take_properties(Source& source, std::string_view text, const LineFacts& facts, std::uint64_t offset);
    void take_migration(Source& source, std::string_view text, std::uint64_t offset);
    void close_adapter(Source& source);
    void count(Source& source, const Occurrence& occurrence, std::uint64_t offset);
    bool repeats_client_log(std::size_t group, bool client_log, std::uint64_t offset);
    static void owe(Due& due, std::uint64_t offset);
    static void settle(Due& due);
    [[nodiscard]] std::optional<Moment> time_of(const Source& source, std::uint64_t offset) const;
    void want(std::uint64_t until);

    TimeBefore time_before_;
    Groups groups_;
    KnownLines known_lines_;
    std::map<std::string, Source, std::less<>> sources_;
    std::unordered_map<std::size_t, Due> unpaired_;  ///< errors that the client has printed and the app not yet
    std::uint64_t wanted_until_ = 0;
};

}  // namespace migration_guard::applog
