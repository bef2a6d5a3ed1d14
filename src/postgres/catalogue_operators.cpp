#include "postgres/catalogue_operators.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::postgres {
namespace {

enum class Piece : unsigned char { other, quoted, an_operator };

/// By the first character. PostgreSQL manual, "Operators" in "Lexical Structure".
constexpr auto piece_kinds = [] {
    std::array<Piece, 256> kinds{};
    for (const char c : std::string_view("+-*/<>=~!@#%^&|`?"))
        kinds[static_cast<unsigned char>(c)] = Piece::an_operator;
    kinds['\''] = kinds['"'] = Piece::quoted;
    return kinds;
}();

Piece kind_of(char c) {
    return piece_kinds[static_cast<unsigned char>(c)];
}

/// The first character from `at` on that is not of this kind.
std::size_t end_of_run(std::string_view sql, std::size_t at, Piece kind) {
    while (at < sql.size() && kind_of(sql[at]) == kind) ++at;
    return at;
}

/// The end of what is quoted at `begin`; a doubled quote ends one text and begins the next.
std::size_t end_of_quoted(std::string_view sql, std::size_t begin) {
    const auto closing = sql.find(sql[begin], begin + 1);
    return closing == std::string_view::npos ? sql.size() : closing + 1;
}

/// The star of count(*), and the equals sign of SET: of a setting, or of an UPDATE's column.
bool is_no_operator(std::string_view before, std::string_view piece) {
    if (piece == "*") return before.ends_with('(');
    if (piece != "=") return false;
    constexpr std::string_view set = "SET ";
    constexpr std::size_t longest_name = 64;
    before.remove_prefix(before.size() - std::min(before.size(), set.size() + longest_name));
    const auto begin = before.rfind(set);
    return begin != std::string_view::npos && before.find(' ', begin + set.size()) + 1 == before.size();
}

}  // namespace

std::string with_catalogue_operators(std::string_view sql) {
    std::string qualified;
    qualified.reserve(sql.size() * 2);
    for (std::size_t i = 0; i < sql.size();) {
        const auto kind = kind_of(sql[i]);
        const auto end = kind == Piece::quoted ? end_of_quoted(sql, i) : end_of_run(sql, i, kind);
        const auto piece = sql.substr(i, end - i);
        if (kind == Piece::an_operator && !is_no_operator(sql.substr(0, i), piece)) {
            qualified.append("OPERATOR(pg_catalog.").append(piece).append(")");
        } else {
            qualified.append(piece);
        }
        i = end;
    }
    return qualified;
}

}  // namespace migration_guard::postgres
