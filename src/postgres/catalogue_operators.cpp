#include "postgres/catalogue_operators.hpp"

#include <algorithm>

namespace migration_guard::postgres {
namespace {

/// PostgreSQL manual, "Operators" in "Lexical Structure".
constexpr std::string_view operator_characters = "+-*/<>=~!@#%^&|`?";

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
    const auto begin = before.rfind(set);
    return begin != std::string_view::npos && before.find(' ', begin + set.size()) + 1 == before.size();
}

}  // namespace

std::string with_catalogue_operators(std::string_view sql) {
    constexpr std::string_view opening = "OPERATOR(pg_catalog.";
    std::string qualified;
    qualified.reserve(sql.size() * 2);
    for (std::size_t i = 0; i < sql.size();) {
        const bool is_quoted = sql[i] == '\'' || sql[i] == '"';
        const bool is_operator = operator_characters.find(sql[i]) != std::string_view::npos;
        const auto end = is_quoted     ? end_of_quoted(sql, i)
                         : is_operator ? std::min(sql.find_first_not_of(operator_characters, i), sql.size())
                                       : i + 1;
        const auto piece = sql.substr(i, end - i);
        if (is_operator && !is_no_operator(sql.substr(0, i), piece)) {
            qualified.append(opening).append(piece).append(")");
        } else {
            qualified.append(piece);
        }
        i = end;
    }
    return qualified;
}

}  // namespace migration_guard::postgres
