// Scripts and objects in the words of the tests: migrations are written as SQL and read by the real reader.
#pragma once

#include "schema/origins.hpp"
#include "sql/read_script.hpp"

#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace migration_guard {

using Migrations = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::vector<NamedScript> scripts_of(Migrations migrations) {
    std::vector<NamedScript> out;
    for (const auto& [name, sql] : migrations) out.emplace_back(name, read_script(sql));
    return out;
}

inline Origins origins_of(Migrations migrations) {
    return {scripts_of(migrations), "public"};
}

inline ScriptObject table(std::string name, std::string schema = "") {
    return {ScriptObject::Kind::table, std::move(schema), std::move(name), ""};
}
inline ScriptObject column(std::string name, std::string member, std::string schema = "") {
    return {ScriptObject::Kind::column, std::move(schema), std::move(name), std::move(member)};
}
inline ScriptObject enumeration(std::string name, std::string schema = "") {
    return {ScriptObject::Kind::enumeration, std::move(schema), std::move(name), ""};
}
inline ScriptObject label(std::string name, std::string member, std::string schema = "") {
    return {ScriptObject::Kind::enum_value, std::move(schema), std::move(name), std::move(member)};
}

/// "public.User.email", as messages name it.
inline std::string text_of(const ScriptObject& object) {
    return (object.schema.empty() ? "" : object.schema + ".") + object.object +
           (object.member.empty() ? "" : "." + object.member);
}

inline void PrintTo(const ScriptObject& object, std::ostream* out) {
    *out << text_of(object);
}

}  // namespace migration_guard
