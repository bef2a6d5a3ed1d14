// PostgreSQL 15's own grammar on one statement, through libpg_query, made safe to call in process 1.
//
// Not the reading of the tree (tree_reader.hpp). Keeps true: whatever the text, the process goes on:
// - libpg_query has no check of stack depth (nothing sets its stack base), so statements are refused beforehand by
// size,
//   which bounds the depth of any tree;
// - its exit() and abort(), reached when memory runs out outside of its own error handling, are renamed when it is
//   linked (cmake/PgQuery.cmake) and come back here as a refusal; it is then not called again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace migration_guard::sql {

struct ParsedStatement {
    std::string json;   ///< the tree; empty when refused
    std::string error;  ///< why it was refused, one line
};

/// Limits that keep the tree's depth (measured: at most 600 bytes of stack a token) within 2 MiB of stack.
constexpr std::size_t most_parsed_tokens = 3'000;
constexpr std::size_t most_parsed_bytes = std::size_t{256} * 1024;

ParsedStatement parse_with_postgres(std::string_view statement, std::size_t tokens);

}  // namespace migration_guard::sql
