// schema.prisma as it is written: blocks, fields, attributes and their arguments.
//
// Not what they mean for the database (tables.hpp, config_blocks.hpp). Keeps true: every string_view looks into the
// text of the file it was read from, so a ParsedFile lives no longer than its Source.
#pragma once

#include "psl/source.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::psl {

struct Argument;

struct Value {
    enum class Kind { path, string, number, call, array, object };
    Kind kind = Kind::path;
    std::string_view text;        ///< path, name of a call, digits; of a string what stands between its quotes
    std::vector<Argument> items;  ///< of a call, an array or an object
};

struct Argument {
    std::string_view name;  ///< empty when it has none
    Value value;
};

/// `@name(arguments)` of a field or an enum value, `@@name(arguments)` of a block.
struct Attribute {
    std::string_view name;  ///< without @; a path such as db.VarChar
    std::vector<Argument> arguments;
};

enum class Arity { required, optional, list };

/// A field of a model, or a value of an enum (which has neither type nor arity).
struct Member {
    std::string_view name;
    std::string_view type;     ///< of Unsupported("...") what stands between its quotes
    bool unsupported = false;  ///< the type is Unsupported("...")
    Arity arity = Arity::required;
    std::vector<Attribute> attributes;
};

/// `name = value` of a datasource or generator.
struct Setting {
    std::string_view name;
    std::vector<Argument> values;  ///< one value, or none when nothing follows the =
};

enum class BlockKind { model, view, composite, enumeration, datasource, generator, unknown };

struct Block {
    BlockKind kind = BlockKind::unknown;
    std::string_view header;  ///< from the keyword to the brace
    std::string_view name;
    std::vector<Member> members;
    std::vector<Attribute> attributes;
    std::vector<Setting> settings;
};

struct ParsedFile {
    const Source* source = nullptr;
    std::vector<Block> blocks;
};

/// The attribute of that name, the first one; null when there is none.
const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view name);

/// The argument called `name`, else the first one without a name; null when there is neither.
const Value* find_argument(const std::vector<Argument>& arguments, std::string_view name);

/// A string's text with its escapes resolved (those of JSON; half of a surrogate pair becomes U+FFFD); none when
/// `value` is null or not a string.
std::optional<std::string> string_of(const Value* value);

/// The strings of an array, or of a single string in its place, as Prisma allows.
std::vector<std::string> strings_of(const Value* value);

/// The escapes of a JSON string resolved; `raw` stands without its quotes.
std::string unescape(std::string_view raw);

}  // namespace migration_guard::psl
