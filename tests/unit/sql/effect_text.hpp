// Effects as one line each, so that a test's table reads like the script.
#pragma once

#include "schema/effects.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

inline std::string_view word_for(EffectKind kind) {
    switch (kind) {
        case EffectKind::create_table:
            return "create_table";
        case EffectKind::create_view:
            return "create_view";
        case EffectKind::create_enum:
            return "create_enum";
        case EffectKind::create_type:
            return "create_type";
        case EffectKind::create_index:
            return "create_index";
        case EffectKind::create_schema:
            return "create_schema";
        case EffectKind::add_column:
            return "add_column";
        case EffectKind::add_enum_value:
            return "add_enum_value";
        case EffectKind::drop_table:
            return "drop_table";
        case EffectKind::drop_view:
            return "drop_view";
        case EffectKind::drop_type:
            return "drop_type";
        case EffectKind::drop_column:
            return "drop_column";
        case EffectKind::drop_schema:
            return "drop_schema";
        case EffectKind::rename_table:
            return "rename_table";
        case EffectKind::rename_column:
            return "rename_column";
        case EffectKind::rename_type:
            return "rename_type";
        case EffectKind::rename_enum_value:
            return "rename_enum_value";
        case EffectKind::drop_index:
            return "drop_index";
        case EffectKind::rename_index:
            return "rename_index";
        case EffectKind::set_schema:
            return "set_schema";
        case EffectKind::rename_schema:
            return "rename_schema";
        case EffectKind::follow_table:
            return "follow_table";
    }
    return "?";
}

/// `add_column ?public.User.email -> new +guard +maybe +required +open +cascade`; `?` an unknown schema, `*` a member
/// that came with its container.
inline std::string text_of(const Effect& effect) {
    std::string out(word_for(effect.kind));
    out += effect.schema_unknown ? " ?." : " ";
    if (!effect.schema.empty()) out += effect.schema + ".";
    out += effect.object;
    if (!effect.member.empty()) out += "." + effect.member;
    if (effect.with_container) out += "*";
    if (!effect.new_name.empty()) out += " -> " + effect.new_name;
    if (effect.if_not_exists) out += " +guard";
    if (effect.conditional) out += " +maybe";
    if (effect.required_without_default) out += " +required";
    if (effect.open_columns) out += " +open";
    if (effect.cascade) out += " +cascade";
    return out;
}

inline std::vector<std::string> text_of(const ScriptEffects& script) {
    std::vector<std::string> out;
    for (const auto& effect : script.effects) out.push_back(text_of(effect));
    return out;
}

}  // namespace migration_guard
