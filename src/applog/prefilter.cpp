#include "applog/prefilter.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace migration_guard::applog {
namespace {

constexpr std::size_t lanes = 16;
// Vectors of the compiler: SSE2 on x86-64, NEON on arm64, plain loops elsewhere.
using Bytes = std::uint8_t __attribute__((vector_size(lanes)));

/// Three bytes that are rare in logs, and the words around them that make them worth a look.
struct Mark {
    std::array<char, 3> bytes;
    std::size_t back;  ///< how far before them the word begins
    std::string_view word;
};

// The words are parts of the fixed texts of Prisma's errors (query-engine's user-facing-errors, client-engine-runtime).
constexpr std::array<Mark, 8> marks{{
    {{'a', ':', 'e'}, 5, "prisma:error"},
    {{'v', 'o', 'c'}, 2, "invocation"},
    {{'m', 'a', 'C'}, 4, "PrismaClient"},
    {{'t', 'a', 'b'}, 2, "database"},
    {{'r', 'A', 'd'}, 5, "DriverAdapterError"},
    {{'y', 'E', 'r'}, 4, "QueryError("},
    {{'w', ' ', 'q'}, 2, "Raw query failed"},
    {{'e', 'n', 'u'}, 0, "enum"},
}};

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
        (code | ... |
         ((first == all(marks[I].bytes[0])) & (second == all(marks[I].bytes[1])) & (third == all(marks[I].bytes[2])))));
}

bool any(Bytes mask) {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), &mask, sizeof mask);
    return (halves[0] | halves[1]) != 0;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_code(std::string_view text, std::size_t at) {
    return at + 4 < text.size() && text[at] == 'P' && is_digit(text[at + 3]) && is_digit(text[at + 4]);
}

bool stands_at(std::string_view text, std::size_t at, std::size_t back, std::string_view word) {
    return at >= back && text.substr(at - back, word.size()) == word;
}

bool follows(std::string_view text, std::size_t at, std::string_view word) {
    return text.substr(at, word.size()) == word;
}

/// "database" is a frequent word: only these neighbours make it one of Prisma's.
bool is_prismas_database(std::string_view text, std::size_t word) {
    const std::size_t behind = word + std::string_view("database").size();
    return stands_at(text, word, 8, "current ") || follows(text, behind, " server") || follows(text, behind, " `") ||
           follows(text, behind, " error. Code") || follows(text, behind, " schema is not empty") ||
           follows(text, behind, " string is invalid");
}

bool is_worth_a_look(std::string_view text, std::size_t at) {
    if (text[at] == 'P') return is_code(text, at);
    for (const auto& mark : marks) {
        if (!follows(text, at, {mark.bytes.data(), mark.bytes.size()})) continue;
        if (mark.word == "database")
            return stands_at(text, at, 1, "atabase")
                       ? at >= 2 && is_prismas_database(text, at - 2)
                       : stands_at(text, at, 4, "The table `") || stands_at(text, at, 15, "The underlying table for");
        if (mark.word == "enum") return stands_at(text, at, 4, "for enum") || stands_at(text, at, 4, " in enum");
        return stands_at(text, at, mark.back, mark.word);
    }
    return false;
}

}  // namespace

std::size_t next_place(std::string_view text, std::size_t from) {
    for (std::size_t block = from; block < text.size(); block += lanes) {
        const Bytes found = hits(text.data() + block, std::make_index_sequence<marks.size()>{});
        if (!any(found)) continue;
        for (std::size_t lane = 0; lane < lanes && block + lane < text.size(); ++lane)
            if (found[lane] != 0 && is_worth_a_look(text, block + lane)) return block + lane;
    }
    return text.size();
}

}  // namespace migration_guard::applog
