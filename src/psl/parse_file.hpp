// One *.prisma file, from text to blocks.
//
// Not what the blocks mean. Keeps true: linear in the size of the file; arguments nested deeper than any real schema
// nests them are an error and not a stack overflow.
#pragma once

#include "psl/ast.hpp"

#include <cstddef>
#include <optional>

namespace migration_guard::psl {

/// The blocks of `source`, which must outlive the result. Throws PslError.
ParsedFile parse_file(const Source& source);

/// The settings between the braces of a datasource or generator whose opening brace stands at `brace` (an offset in the
/// text of `source`). A line that cannot be read is passed over. Never throws PslError.
std::vector<Setting> parse_settings(const Source& source, std::size_t brace);

}  // namespace migration_guard::psl
