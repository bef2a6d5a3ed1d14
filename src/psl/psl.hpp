// schema.prisma, read: the datasource block, and every declared object under its database name.
//
// Not a validator of Prisma's semantics: what Prisma's own validator accepts is accepted, and what it alone would
// refuse may be accepted too. An unknown attribute or block of a future Prisma is a warning.
// Keeps true: PEGTL is seen only by this folder; no input crashes it, and time is linear in the size of the input.
#pragma once

#include "schema/declared.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

/// One *.prisma file: its path for messages, its text.
struct PslFile {
    std::string path;
    std::string text;
};

/// `url = env("X")` or `url = "literal"`; both empty when the line is absent.
struct PslUrl {
    std::string variable;
    std::string literal;
    [[nodiscard]] bool given() const { return !variable.empty() || !literal.empty(); }
};

struct Datasource {
    std::string path;      ///< the file that holds the block
    std::string name;      ///< usually db
    std::string provider;  ///< as written: postgresql, postgres, cockroachdb, mysql, ...
    PslUrl url;
    PslUrl direct_url;
    std::vector<std::string> schemas;
    bool relation_mode_prisma = false;
};

struct PslDocument {
    std::optional<Datasource> datasource;
    DeclaredSchema declared;
    std::vector<std::string> preview_features;
    std::vector<std::string> warnings;  ///< one line each, with file:line
};

/// A file that cannot be parsed: what(), one line; `excerpt` is the line in error with a caret line under it.
class PslError : public std::runtime_error {
public:
    PslError(std::string error_path, std::size_t error_line, std::size_t error_column, const std::string& message,
             std::string error_excerpt)
        : std::runtime_error(error_path + ":" + std::to_string(error_line) + ":" + std::to_string(error_column) + ": " +
                             message),
          path(std::move(error_path)),
          line(error_line),
          column(error_column),
          excerpt(std::move(error_excerpt)) {}

    std::string path;
    std::size_t line;    ///< from 1
    std::size_t column;  ///< from 1, in characters
    std::string excerpt;
};

/// Reads all files of one schema (a single file, or a folder's; their order decides only which of two equal names
/// counts). Throws PslError for the first file that cannot be read. Prisma 4 to 7 map alike. A byte order mark, which
/// Prisma refuses, is passed over.
PslDocument parse_psl(const std::vector<PslFile>& files);

/// The datasource block alone, by a tolerant reader that works where parse_psl throws: no image may be locked out
/// because a future Prisma's schema.prisma does not parse here. None when no file has such a block.
std::optional<Datasource> read_datasource(const std::vector<PslFile>& files);

}  // namespace migration_guard
