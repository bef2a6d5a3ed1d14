#include "schema/folded.hpp"

#include "schema/compare.hpp"
#include "schema/ddl.hpp"

#include <algorithm>
#include <utility>

namespace migration_guard {
namespace {

using Kind = ScriptObject::Kind;

std::string lower_case(std::string text) {
    // Other letters than ASCII's stay as they are in a UTF-8 database (PostgreSQL, downcase_identifier).
    std::ranges::transform(text, text.begin(), [](char c) {
        const bool capital = c >= 'A' && c <= 'Z';
        return capital ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

bool is_declared(const DeclaredSchema& declared, const ScriptObject& object) {
    if (object.kind == Kind::enumeration) {
        return std::ranges::any_of(declared.enums, [&](const DeclaredEnum& one) { return one.name == object.object; });
    }
    return std::ranges::any_of(declared.tables, [&](const DeclaredTable& table) {
        if (table.name != object.object) return false;
        return object.member.empty() || std::ranges::any_of(table.columns, [&](const DeclaredColumn& column) {
                   return column.name == object.member;
               });
    });
}

std::string mend(const ScriptObject& object, const ScriptObject& folded) {
    const auto container = quote_name({object.schema, folded.object});
    std::string rename = "ALTER TABLE ";
    std::string map = "@@map(\"" + folded.object + "\")";
    if (object.kind == Kind::column) {
        rename +=
            container + " RENAME COLUMN " + quote_identifier(folded.member) + " TO " + quote_identifier(object.member);
        map = "@map(\"" + folded.member + "\")";
    } else {
        if (object.kind == Kind::enumeration) rename = "ALTER TYPE ";
        rename += container + " RENAME TO " + quote_identifier(object.object);
    }
    const bool can_be_mapped = object.kind != Kind::join_table;
    return rename + " in a new migration (what prisma migrate dev writes by itself drops it with what is in it)" +
           (can_be_mapped ? "; or " + map + " in schema.prisma" : "");
}

}  // namespace

std::optional<Folded> find_folded(const Origins& origins, const ScriptObject& object, const DeclaredSchema& declared) {
    if (object.kind == Kind::view || object.kind == Kind::enum_value) return std::nullopt;
    ScriptObject folded = object;
    auto& name = object.kind == Kind::column ? folded.member : folded.object;
    name = lower_case(name);
    if (folded == object || is_declared(declared, folded)) return std::nullopt;
    const auto found = origins.find(folded);
    if (!found || !found->certain || found->created_by.empty() || !found->removed_by.empty()) return std::nullopt;
    ScriptObject named = object;
    if (named.schema.empty()) named.schema = origins.default_schema();
    auto text = named.schema + "." + folded.object + (folded.member.empty() ? "" : "." + folded.member);
    return Folded{std::move(text), found->created_by, mend(named, folded)};
}

}  // namespace migration_guard
