// What single options want of a value beyond its type: a name that can be a variable, a pattern, a path of HTTP.
//
// Not the types (value.hpp) nor who has which rule (option_table.cpp).
// Keeps true: a rule looks at the value alone, never at the world: whether a path exists is for its reader to say.
#pragma once

#include "config/option.hpp"

namespace migration_guard::config {

bool is_positive_duration(const Value& value);
/// POSIX: letters, digits and underscores, not beginning with a digit.
bool is_variable_name(const Value& value);
/// Each item an ObjectPattern (schema/object_pattern.hpp).
bool are_object_patterns(const Value& value);
/// Each item some text.
bool are_names(const Value& value);
/// rolled-back:NAME@ROW, ROW being the first eight characters of a row's id, or all of an id that is shorter.
bool is_resolve_once(const Value& value);
/// Begins with a slash; printable ASCII without blanks, since it goes into a request line as it is.
bool is_http_path(const Value& value);
/// The first item is not empty, since it shall be executed. No item at all: no command.
bool is_command(const Value& value);

inline constexpr Rule positive_duration_rule{"more than 0", is_positive_duration};
inline constexpr Rule variable_rule{"the name of an environment variable, not a URL", is_variable_name};
inline constexpr Rule object_patterns_rule{
    "patterns SCHEMA.OBJECT, SCHEMA.OBJECT.MEMBER or OBJECT, with * for anything", are_object_patterns};
inline constexpr Rule names_rule{"names, none of them empty", are_names};
inline constexpr Rule resolve_once_rule{
    "rolled-back:NAME@ROW, ROW being the first eight characters of the row's id, or all of a shorter one",
    is_resolve_once};
inline constexpr Rule http_path_rule{"a path that begins with /", is_http_path};
inline constexpr Rule command_rule{"a program and its arguments", is_command};

}  // namespace migration_guard::config
