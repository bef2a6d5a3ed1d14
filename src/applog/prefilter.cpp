#include "applog/prefilter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace migration_guard::applog {
namespace {

constexpr std::size_t lanes = 16;
// Vectors of the compiler: SSE2 on x86-64, NEON on arm64, plain loops elsewhere.
using Bytes = std::uint8_t __attribute__((vector_size(lanes)));

/// Words of which one stands in everything that is worth a look, and in each of them three bytes that are rare in logs.
struct Word {
    constexpr Word(std::string_view whole, std::string_view rare) : text(whole), mark(rare), back(whole.find(rare)) {}

    std::string_view text;
    std::string_view mark;
    std::size_t back;  ///< how far before its mark the word begins
};

// Parts of the fixed texts of Prisma's errors (query-engine's user-facing-errors, client-engine-runtime) and of what
// Node prints around them; few bytes, shared by many words, since each of them is looked for at every place. Nothing
// that JSON escapes. "database" is a frequent word: only these neighbours make it one of Prisma's.
constexpr std::array words{
    Word{"prisma:error", "a:e"},
    Word{"invocation", "voc"},
    Word{"PrismaClient", "maC"},
    Word{"DriverAdapterError", "rAd"},
    Word{"PostgresError {", "sEr"},
    Word{"SqlState(", "lSt"},
    Word{"Raw query failed", "w q"},
    Word{"The table `", "tab"},
    Word{"The underlying table for", "tab"},
    Word{"current database", "tab"},
    Word{"target database", "tab"},
    Word{"database server", "tab"},
    Word{"atabase `", "tab"},
    Word{"atabase error. Code", "tab"},
    Word{"database schema is not empty", "tab"},
    Word{"database string is invalid", "tab"},
    Word{"database connections opened", "tab"},
    Word{"for enum", "enu"},
    Word{" in enum", "enu"},
    Word{"Invalid input value", "inp"},
    Word{"opening a TLS conn", "TLS"},
    Word{"Server has closed the", "r h"},
    Word{"Timed out fetching a", "med"},
    Word{"Timed out trying to acq", "med"},
    Word{"Null constraint viol", "rai"},
    Word{"Unique constraint failed", "rai"},
    Word{"Foreign key constraint", "rai"},
    Word{"Inconsistent column", "umn"},
    Word{" in column '", "umn"},
    Word{"rror converting field", "onv"},
    Word{"that were required", "uir"},
    Word{"A migration failed to", "igr"},
};
constexpr std::size_t mark_size = 3;
constexpr std::size_t longest_word = 64;  // what scan_log.cpp keeps of a text that it has looked at

static_assert(std::ranges::all_of(words, [](const Word& word) {
    return word.mark.size() == mark_size && word.back != std::string_view::npos && word.text.size() <= longest_word;
}));

constexpr bool is_first_with_its_mark(std::size_t word) {
    for (std::size_t i = 0; i < word; ++i)
        if (words[i].mark == words[word].mark) return false;
    return true;
}

/// Each mark once.
constexpr auto marks = [] {
    constexpr std::size_t size = [] {
        std::size_t count = 0;
        for (std::size_t word = 0; word < words.size(); ++word)
            if (is_first_with_its_mark(word)) ++count;
        return count;
    }();
    std::array<std::string_view, size> out{};
    std::size_t next = 0;
    for (std::size_t word = 0; word < words.size(); ++word)
        if (is_first_with_its_mark(word)) out[next++] = words[word].mark;
    return out;
}();

constexpr std::size_t slots = 64;

constexpr std::size_t slot_of(char first, char second, char third) {
    const auto byte = [](char c) { return std::size_t{static_cast<unsigned char>(c)}; };
    return (byte(first) * 5 + byte(second) * 3 + byte(third)) % slots;
}

/// The words by their marks: a log may be full of "database", and its places must not be asked for all the words.
struct BySlot {
    std::array<std::uint8_t, slots> first{};        ///< counted from 1; 0: none
    std::array<std::uint8_t, words.size()> next{};  ///< by word: the next of the same slot
};
constexpr BySlot words_by_slot = [] {
    BySlot out;
    for (std::size_t word = words.size(); word-- > 0;) {
        const auto mark = words[word].mark;
        auto& first = out.first[slot_of(mark[0], mark[1], mark[2])];
        out.next[word] = first;
        first = static_cast<std::uint8_t>(word + 1);
    }
    return out;
}();

Bytes load(const char* at) {
    Bytes out;
    std::memcpy(&out, at, sizeof out);
    return out;
}

Bytes all(char c) {
    return Bytes{} + static_cast<std::uint8_t>(c);
}

/// Lanes in which one of the marks, or P10, P20, P30, begins.
template <std::size_t... I>
Bytes hits(const char* at, std::index_sequence<I...> /*marks*/) {
    const Bytes first = load(at);
    const Bytes second = load(at + 1);
    const Bytes third = load(at + 2);
    const Bytes digit = second - all('1');
    const auto code = (first == all('P')) & (digit < all(3)) & (third == all('0'));
    return static_cast<Bytes>(
        (code | ... | ((first == all(marks[I][0])) & (second == all(marks[I][1])) & (third == all(marks[I][2])))));
}

using Halves = std::array<std::uint64_t, 2>;
constexpr std::size_t half_lanes = lanes / 2;

/// One bit for each lane that hits(), the first lane's the lowest.
Halves bits_of(Bytes mask) {
    Halves out{};
    std::memcpy(out.data(), &mask, sizeof mask);
    for (auto& half : out) {
        if constexpr (std::endian::native == std::endian::big) half = __builtin_bswap64(half);
        half &= 0x0101'0101'0101'0101U;
    }
    return out;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_code(std::string_view text, std::size_t at) {
    return at + 4 < text.size() && text[at] == 'P' && is_digit(text[at + 3]) && is_digit(text[at + 4]);
}

/// `at`: of the word's mark. Most that is no such word differs in its first or last byte.
bool stands_at(std::string_view text, std::size_t at, const Word& word) {
    const std::size_t size = word.text.size();
    if (at < word.back || at - word.back + size > text.size()) return false;
    const char* const begin = text.data() + (at - word.back);
    return begin[0] == word.text.front() && begin[size - 1] == word.text.back() &&
           std::memcmp(begin, word.text.data(), size) == 0;
}

bool is_worth_a_look(std::string_view text, std::size_t at) {
    if (is_code(text, at)) return true;
    if (at + mark_size > text.size()) return false;
    const char* const mark = text.data() + at;
    for (std::size_t word = words_by_slot.first[slot_of(mark[0], mark[1], mark[2])]; word != 0;
         word = words_by_slot.next[word - 1])
        if (stands_at(text, at, words[word - 1])) return true;
    return false;
}

}  // namespace

std::size_t next_place(std::string_view text, std::size_t from) {
    for (std::size_t block = from; block < text.size(); block += lanes) {
        const Halves found = bits_of(hits(text.data() + block, std::make_index_sequence<marks.size()>{}));
        if ((found[0] | found[1]) == 0) continue;
        for (std::size_t half = 0; half < found.size(); ++half)
            for (auto rest = found[half]; rest != 0; rest &= rest - 1) {
                const std::size_t lane = half * half_lanes + static_cast<std::size_t>(std::countr_zero(rest)) / 8;
                if (block + lane < text.size() && is_worth_a_look(text, block + lane)) return block + lane;
            }
    }
    return text.size();
}

}  // namespace migration_guard::applog
