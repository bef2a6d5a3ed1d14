// Mentions: codes, models, properties and adapter errors, as Node prints them around an error's sentence.
//
// Not the sentences (sentence.hpp). Keeps true: what is "(not available)" is empty.
#pragma once

#include "applog/sentence.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::applog {

/// P1xxx, P2xxx, P3xxx where it stands for an error and not for a product's number: "" when there is none.
std::string_view find_code(std::string_view text);

/// ``Invalid `prisma.user.create()` invocation``: "user"; "" for another text.
std::string find_accessor(std::string_view text);

/// The value of `name: 'X'`, `"name":"X"` or `name: "X"`; "" when there is none.
std::string find_property(std::string_view text, std::string_view name);

/// `DriverAdapterError: TableDoesNotExist` and its kin, as Prisma 7's adapters throw them; not where it is printed as a
/// property or the cause of an error of Prisma's own.
std::optional<Sentence> find_adapter_error(std::string_view text);

/// What stands between `open` at the front of `text` and `close`; "" when it does not begin so, goes on over the end of
/// the line or beyond 300 bytes.
std::string between(std::string_view text, char open, char close);

}  // namespace migration_guard::applog
