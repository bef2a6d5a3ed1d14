#include "applog/scan_log.hpp"

#include "applog/log_line.hpp"
#include "applog/prefilter.hpp"
#include "applog/tracker.hpp"

#include <algorithm>
#include <cstring>

namespace migration_guard {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t history_size = 8 * kib;  ///< of lines already read, for the time of those that have none
constexpr std::size_t block_size = 256 * kib;  ///< fits the second-level cache; a longer line is read in pieces
constexpr std::size_t before_place = 48 * kib;

}  // namespace

/// A window that slides over the log: history, then what is yet to be read, then padding for the prefilter's vectors.
class LogScanner::Work {
public:
    Work() : buffer_(history_size + block_size + applog::prefilter_padding) {}

    [[nodiscard]] std::size_t room() const { return history_size + block_size - end_; }
    [[nodiscard]] char* free_part() { return buffer_.data() + end_; }

    /// So many bytes have been written to free_part().
    void added(std::size_t size) {
        end_ += size;
        bytes_ += size;
        std::memset(buffer_.data() + end_, 0, applog::prefilter_padding);
        read_lines(Tail::may_go_on);
        if (room() < block_size / 2) slide();
    }

    LogFindings finish() {
        read_lines(Tail::is_all);
        LogFindings out = tracker_.finish();
        out.bytes = bytes_;
        return out;
    }

private:
    enum class Tail { may_go_on, is_all };

    [[nodiscard]] std::string_view window() const { return {buffer_.data(), end_}; }
    [[nodiscard]] std::uint64_t offset_of(std::size_t at) const { return base_ + at; }

    /// Everything up to the last complete line; with Tail::is_all, or when the line fills the window, the rest as well.
    void read_lines(Tail tail) {
        while (done_ < end_) {
            const bool wanted = offset_of(done_) < tracker_.wanted_until();
            const std::size_t place = wanted ? done_ : applog::next_place(window(), std::max(done_, searched_));
            const std::size_t begin = wanted ? done_ : begin_of_line(place);
            if (place == end_) return pass_over(begin);
            std::size_t end = window().find('\n', place);
            if (end == std::string_view::npos) {
                if (tail == Tail::may_go_on && end_ - begin < block_size) {
                    done_ = begin;
                    searched_ = place;
                    return;
                }
                end = end_;
            }
            take(begin, place, end);
            done_ = std::min(end + 1, end_);
        }
    }

    /// Nothing was found up to the end. What has been looked at is not looked at again, but for a word cut in two; the
    /// line that begins at `last_line` is kept whole as long as it fits.
    void pass_over(std::size_t last_line) {
        constexpr std::size_t longest_word = 64;
        searched_ = std::max(last_line, end_ - std::min(end_, longest_word));
        done_ = end_ - last_line < block_size ? last_line : searched_;
    }

    [[nodiscard]] std::size_t begin_of_line(std::size_t place) const {
        const std::size_t newline = place == 0 ? std::string_view::npos : window().rfind('\n', place - 1);
        return newline == std::string_view::npos ? done_ : std::max(newline + 1, done_);
    }

    void take(std::size_t begin, std::size_t place, std::size_t end) {
        // Of a line without end the part around the place that is worth a look.
        if (place - begin > before_place) begin = place - kib;
        const std::string_view text = window().substr(begin, end - begin);
        const applog::LogLine line = reader_.take_apart(text);
        tracker_.take(line, offset_of(begin));
        const bool from_its_front = begin == 0 || buffer_[begin - 1] == '\n';
        if (line.time || !from_its_front) {
            timeless_ = {};
        } else {
            timeless_.add(offset_of(begin), offset_of(end) + 1);
        }
    }

    /// Keeps some history and the line that is not complete yet.
    void slide() {
        const std::size_t keep_from = done_ - std::min(done_, history_size);
        std::memmove(buffer_.data(), buffer_.data() + keep_from, end_ - keep_from);
        base_ += keep_from;
        end_ -= keep_from;
        done_ -= keep_from;
        searched_ -= std::min(searched_, keep_from);
    }

    [[nodiscard]] std::optional<applog::Moment> time_before(std::uint64_t offset) const {
        constexpr std::uint64_t most_lines = 24;
        const bool known = offset == timeless_.to;
        const std::uint64_t from = known ? timeless_.from : offset;
        std::string_view before = window().substr(0, from > base_ ? static_cast<std::size_t>(from - base_) : 0);
        for (auto line = known ? timeless_.lines : 0; line < most_lines && !before.empty(); ++line) {
            if (before.ends_with('\n')) before.remove_suffix(1);
            const std::size_t newline = before.rfind('\n');
            const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
            if (auto time = applog::time_of_line(before.substr(begin))) return time;
            before = before.substr(0, begin);
        }
        return std::nullopt;
    }

    /// The last lines taken one after the other that told no time: a log may have none, and would be read twice.
    struct Timeless {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::uint64_t lines = 0;

        void add(std::uint64_t begin, std::uint64_t end) {
            if (lines == 0 || begin != to) *this = {.from = begin, .to = begin};
            to = end;
            ++lines;
        }
    };

    std::vector<char> buffer_;
    std::size_t end_ = 0;       ///< of what has been read into the buffer
    std::size_t done_ = 0;      ///< up to there lines have been taken or passed over
    std::size_t searched_ = 0;  ///< up to there the prefilter found nothing
    std::uint64_t base_ = 0;    ///< offset of the buffer's beginning in the log
    std::uint64_t bytes_ = 0;
    Timeless timeless_;
    applog::LineReader reader_;
    applog::Tracker tracker_{[this](std::uint64_t offset) { return time_before(offset); }};
};

LogScanner::LogScanner() : work_(std::make_unique<Work>()) {}
LogScanner::~LogScanner() = default;
LogScanner::LogScanner(LogScanner&&) noexcept = default;
LogScanner& LogScanner::operator=(LogScanner&&) noexcept = default;

void LogScanner::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), work_->room());
        std::memcpy(work_->free_part(), bytes.data(), size);
        work_->added(size);
        bytes.remove_prefix(size);
    }
}

LogFindings LogScanner::finish() {
    return work_->finish();
}

LogFindings scan_log(const ReadBytes& read) {
    LogScanner scanner;
    std::vector<char> piece(block_size);
    while (const std::size_t size = read(piece.data(), piece.size())) scanner.feed({piece.data(), size});
    return scanner.finish();
}

}  // namespace migration_guard
