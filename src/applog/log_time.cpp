#include "applog/log_time.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace migration_guard::applog {
namespace {

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t seconds_per_day = 86'400;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads numbers and separators from the front of a text; goes blind once something does not fit.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    int number(std::size_t least, std::size_t most) {
        int out = 0;
        std::size_t digits = 0;
        while (digits < most && is_digit(peek())) {
            out = out * 10 + (text_[at_++] - '0');
            ++digits;
        }
        ok_ = ok_ && digits >= least;
        return out;
    }

    void one_of(std::string_view separators) {
        bool fits = false;
        for (const char separator : separators) fits |= at_ < text_.size() && text_[at_] == separator;
        ok_ = ok_ && fits;
        if (fits) ++at_;
    }

    bool accept(std::string_view word) {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t position() const { return at_; }
    void skip() { ++at_; }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

struct Civil {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years counted from March, so that leap days come last.
std::int64_t days(int year, int month, int day) {
    const int y = month <= 2 ? year - 1 : year;
    const int era = y / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return static_cast<std::int64_t>(era) * 146'097 + day_of_era - 719'468;
}

bool plausible(const Civil& t) {
    return t.year >= 2000 && t.year <= 2200 && t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= 31 &&
           t.hour <= 24 && t.minute <= 59 && t.second <= 60;
}

std::int64_t micros_of_day(std::int64_t hours, std::int64_t minutes, std::int64_t seconds) {
    return (hours * 3600 + minutes * 60 + seconds) * micros_per_second;
}

Moment micros_of(const Civil& t) {
    return days(t.year, t.month, t.day) * seconds_per_day * micros_per_second +
           micros_of_day(t.hour, t.minute, t.second);
}

/// .425062648 as microseconds; any number of digits.
std::int64_t fraction(Reader& reader) {
    if (reader.peek() != '.' && reader.peek() != ',') return 0;
    reader.skip();
    std::int64_t out = 0;
    std::int64_t scale = micros_per_second;  // what a unit of `out` is worth
    for (; is_digit(reader.peek()); reader.skip()) {
        if (scale == 1) continue;
        out = out * 10 + (reader.peek() - '0');
        scale /= 10;
    }
    return out * scale;
}

/// Z, +01:00, +0100, " +01:00" or nothing, in microseconds.
std::int64_t offset(Reader& reader) {
    if (reader.accept("Z") || reader.accept(" UTC")) return 0;
    Reader ahead = reader;
    ahead.accept(" ");
    const char sign = ahead.peek();
    if (sign != '+' && sign != '-') return 0;
    ahead.skip();
    const int hours = ahead.number(2, 2);
    ahead.accept(":");
    const int minutes = ahead.number(2, 2);
    if (!ahead.ok()) return 0;
    reader = ahead;
    return (sign == '-' ? -1 : 1) * micros_of_day(hours, minutes, 0);
}

constexpr std::string_view shape_of_iso = "0000-00-00T00:00:00";

/// 0 stands for a digit, the rest for one of the separators.
template <std::size_t... I>
bool has_shape_of_iso(const char* text, std::index_sequence<I...> /*places*/) {
    const auto fits = [](char shape, char c) {
        switch (shape) {
            case '0':
                return is_digit(c);
            case '-':
                return c == '-' || c == '/';
            case 'T':
                return c == 'T' || c == ' ';
            default:
                return c == shape;
        }
    };
    return (fits(shape_of_iso[I], text[I]) && ...);
}

std::optional<ReadTime> read_iso(std::string_view text) {
    constexpr std::size_t length = shape_of_iso.size();
    if (text.size() < length || !has_shape_of_iso(text.data(), std::make_index_sequence<length>{})) return std::nullopt;
    const auto two = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    const Civil t{.year = two(0) * 100 + two(2),
                  .month = two(5),
                  .day = two(8),
                  .hour = two(11),
                  .minute = two(14),
                  .second = two(17)};
    if (!plausible(t)) return std::nullopt;
    Reader reader(text.substr(length));
    const Moment micros = micros_of(t) + fraction(reader);
    return ReadTime{micros - offset(reader), length + reader.position()};
}

/// Node's toLocaleString() of en-US, as Nest prints it.
std::optional<ReadTime> read_american(std::string_view text) {
    Reader reader(text);
    Civil t;
    t.month = reader.number(1, 2);
    reader.one_of("/");
    t.day = reader.number(1, 2);
    reader.one_of("/");
    t.year = reader.number(4, 4);
    reader.accept(",");
    reader.one_of(" ");
    t.hour = reader.number(1, 2);
    reader.one_of(":");
    t.minute = reader.number(2, 2);
    reader.one_of(":");
    t.second = reader.number(2, 2);
    if (!reader.ok()) return std::nullopt;
    // Newer ICU puts a narrow no-break space before AM.
    if (!reader.accept(" ")) reader.accept("\xE2\x80\xAF");
    const bool afternoon = reader.accept("PM");
    if (afternoon || reader.accept("AM")) t.hour = t.hour % 12 + (afternoon ? 12 : 0);
    if (!plausible(t)) return std::nullopt;
    return ReadTime{micros_of(t), reader.position()};
}

}  // namespace

LogTime shown_time(Moment micros) {
    std::int64_t seconds = micros / micros_per_second;
    if (micros % micros_per_second < 0) --seconds;
    std::int64_t day = seconds / seconds_per_day;
    std::int64_t rest = seconds % seconds_per_day;
    if (rest < 0) {
        rest += seconds_per_day;
        --day;
    }
    // The inverse of days(), for any day after 0000-03-01.
    const std::int64_t shifted = day + 719'468;
    const std::int64_t era = shifted / 146'097;
    const std::int64_t day_of_era = shifted % 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    std::array<char, 64> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ",
                      static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), static_cast<int>(month),
                      static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1), static_cast<int>(rest / 3600),
                      static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
    return {.micros = micros, .text = std::string(text.data(), static_cast<std::size_t>(length))};
}

std::optional<ReadTime> read_time(std::string_view text) {
    if (text.size() < 15 || !is_digit(text.front())) return std::nullopt;
    if (is_digit(text[1]) && is_digit(text[2])) return read_iso(text);
    return read_american(text);
}

std::optional<Moment> time_of_epoch(double number) {
    constexpr double earliest = 1e9;  // 2001
    constexpr double latest = 4.1e9;  // 2099
    for (const double unit : {1.0, 1e3, 1e6, 1e9}) {
        const double seconds = number / unit;
        if (seconds >= earliest && seconds <= latest)
            return static_cast<Moment>(seconds * static_cast<double>(micros_per_second));
    }
    return std::nullopt;
}

}  // namespace migration_guard::applog
