// The values of the configuration as people write them: durations, booleans, ports, words, lists.
//
// Not the keys (option.hpp) nor where a value stood (load.hpp). Keeps true: whatever is not clearly right is refused
// with the reason; nothing is guessed, rounded or cut.
#pragma once

#include "base/settings.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::config {

/// A value as it stood in a file, a variable or a flag. Numbers and booleans are text as written.
struct Value {
    enum class Kind { null, scalar, list, nested /* an object, or a list of other things than scalars */ };
    Kind kind = Kind::scalar;
    std::string text;                ///< of a scalar
    std::vector<std::string> items;  ///< of a list
};

/// `problem` is empty when `value` is good, else what is wrong in a few words.
template <typename T>
struct Reading {
    T value{};
    std::string problem;
};

/// The longest duration that any key takes: 7 days.
inline constexpr Duration longest_duration = std::chrono::hours(168);

/// `500ms`, `90s`, `1.5m`, `1h`; a bare number is seconds. 0 to longest_duration, whole milliseconds.
Reading<Duration> read_duration(std::string_view text);

/// `true`, `false`.
Reading<bool> read_boolean(std::string_view text);

/// 1 to 65535.
Reading<int> read_port(std::string_view text);

/// A JSON list of texts, as the environment and flags spell lists.
Reading<std::vector<std::string>> read_json_list(std::string_view text);

template <typename E>
struct Word {
    std::string_view word;
    E value;
};

/// The words of each enum, in the order in which they are listed to people.
template <typename E>
inline constexpr std::array<Word<E>, 0> words{};
template <>
inline constexpr std::array words<Mode>{Word<Mode>{"enforce", Mode::enforce}, Word<Mode>{"observe", Mode::observe},
                                        Word<Mode>{"off", Mode::off}};
template <>
inline constexpr std::array words<Policy>{Word<Policy>{"fail", Policy::fail}, Word<Policy>{"warn", Policy::warn},
                                          Word<Policy>{"ignore", Policy::ignore}};
template <>
inline constexpr std::array words<ApplyMode>{
    Word<ApplyMode>{"prisma", ApplyMode::prisma}, Word<ApplyMode>{"native", ApplyMode::native},
    Word<ApplyMode>{"wait", ApplyMode::wait}, Word<ApplyMode>{"never", ApplyMode::never}};
template <>
inline constexpr std::array words<MigrationOrder>{Word<MigrationOrder>{"auto", MigrationOrder::automatic},
                                                  Word<MigrationOrder>{"locale", MigrationOrder::locale},
                                                  Word<MigrationOrder>{"bytewise", MigrationOrder::bytewise}};
template <>
inline constexpr std::array words<OnEmptyDatabase>{Word<OnEmptyDatabase>{"apply", OnEmptyDatabase::apply},
                                                   Word<OnEmptyDatabase>{"fail", OnEmptyDatabase::fail}};
template <>
inline constexpr std::array words<SmokeWhen>{Word<SmokeWhen>{"applied", SmokeWhen::applied},
                                             Word<SmokeWhen>{"always", SmokeWhen::always}};
template <>
inline constexpr std::array words<LogFormat>{Word<LogFormat>{"text", LogFormat::text},
                                             Word<LogFormat>{"json", LogFormat::json}};
template <>
inline constexpr std::array words<LogLevel>{
    Word<LogLevel>{"debug", LogLevel::debug}, Word<LogLevel>{"info", LogLevel::info},
    Word<LogLevel>{"warn", LogLevel::warn}, Word<LogLevel>{"error", LogLevel::error}};

template <typename E>
std::optional<E> value_of(std::string_view word) {
    for (const auto& entry : words<E>)
        if (entry.word == word) return entry.value;
    return std::nullopt;
}

template <typename E>
std::string_view word_of(E value) {
    for (const auto& entry : words<E>)
        if (entry.value == value) return entry.word;
    return "";
}

template <typename E>
std::vector<std::string> all_words() {
    std::vector<std::string> out;
    out.reserve(words<E>.size());
    for (const auto& entry : words<E>) out.emplace_back(entry.word);
    return out;
}

}  // namespace migration_guard::config
