#include "sql/collector.hpp"

#include "sql/extension.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace migration_guard::sql {
namespace {

constexpr std::string_view temporary_schema = "pg_temp";

/// pg_temp stands for the session's own pg_temp_N.
bool is_temporary(const std::string& schema) {
    return schema == temporary_schema || schema.starts_with(std::string(temporary_schema) + "_");
}

}  // namespace

void Collector::push(Effect effect) {
    effect.conditional = conditional_;
    out_->effects.push_back(std::move(effect));
}

/// New objects go to the first schema of the path that exists; that the first does is taken for granted.
Effect Collector::of_new(EffectKind kind, const Name& name, Lifetime lifetime, IfExists guard) {
    Effect effect{kind, name.schema, name.object, {}, {}};
    effect.if_not_exists = guard == IfExists::yes;
    if (lifetime == Lifetime::session || is_temporary(name.schema)) {
        effect.schema = temporary_schema;
        temporary_.insert(name.object);
    } else if (name.schema.empty() && !path_.is_default) {
        effect.schema_unknown = !path_.known || path_.schemas.empty();
        if (!effect.schema_unknown) effect.schema = path_.schemas.front();
    }
    return effect;
}

/// What exists is looked for in all schemas of the path, the session's own before them.
Effect Collector::of_existing(EffectKind kind, const Name& name, IfExists guard) const {
    Effect effect{kind, name.schema, name.object, {}, {}};
    effect.if_not_exists = guard == IfExists::yes;
    if (kind == EffectKind::drop_schema || kind == EffectKind::rename_schema) return effect;
    if (is_temporary(name.schema) || (name.schema.empty() && temporary_.contains(name.object))) {
        effect.schema = temporary_schema;
    } else if (name.schema.empty() && !path_.is_default) {
        effect.schema_unknown = !path_.known || path_.schemas.size() != 1;
        if (!effect.schema_unknown) effect.schema = path_.schemas.front();
    }
    return effect;
}

void Collector::create_table(const Name& name, const TableFacts& facts) {
    Effect table = of_new(EffectKind::create_table, name, facts.lifetime, facts.guard);
    table.open_columns = facts.completeness == Columns::open;
    push(table);
    for (const auto& column : facts.columns) {
        Effect member = table;
        member.kind = EffectKind::add_column;
        member.open_columns = false;
        member.member = column.name;
        member.with_container = true;
        const bool in_key = std::ranges::find(facts.primary_key, column.name) != facts.primary_key.end();
        member.required_without_default = (column.required || in_key) && !column.filled;
        push(std::move(member));
    }
}

void Collector::follow_table(const Name& name) {
    push(of_existing(EffectKind::follow_table, name, IfExists::no));
}

void Collector::create_view(const Name& name, Lifetime lifetime, IfExists guard) {
    Effect view = of_new(EffectKind::create_view, name, lifetime, guard);
    view.open_columns = true;
    push(std::move(view));
}

void Collector::create_enum(const Name& name, const std::vector<std::string>& labels) {
    const Effect type = of_new(EffectKind::create_enum, name, Lifetime::permanent, IfExists::no);
    push(type);
    for (const auto& label : labels) {
        Effect value = type;
        value.kind = EffectKind::add_enum_value;
        value.member = label;
        value.with_container = true;
        push(std::move(value));
    }
}

void Collector::create_type(const Name& name) {
    push(of_new(EffectKind::create_type, name, Lifetime::permanent, IfExists::no));
}

void Collector::create_index(const Name& table, const std::string& index, IfExists guard) {
    if (index.empty()) return;
    // An index stands in its table's schema, whatever the search path says.
    Effect effect = of_existing(EffectKind::create_index, table, guard);
    effect.object = index;
    effect.member = table.object;
    push(std::move(effect));
}

void Collector::drop_index(const Name& index, IfExists guard) {
    push(of_existing(EffectKind::drop_index, index, guard));
}

void Collector::rename_index(const Name& index, const std::string& new_name, IfExists guard) {
    Effect effect = of_existing(EffectKind::rename_index, index, guard);
    effect.new_name = new_name;
    push(std::move(effect));
}

void Collector::create_schema(const std::string& name, IfExists guard) {
    Effect effect{EffectKind::create_schema, {}, name, {}, {}};
    effect.if_not_exists = guard == IfExists::yes;
    push(std::move(effect));
}

void Collector::create_extension(const std::string& name) {
    if (may_bring_objects(name)) creates_unnamed();
}

void Collector::add_column(const Name& table, const Column& column, IfExists guard) {
    Effect effect = of_existing(EffectKind::add_column, table, guard);
    effect.member = column.name;
    effect.required_without_default = column.required && !column.filled;
    push(std::move(effect));
}

void Collector::add_enum_value(const Name& name, const std::string& label, IfExists guard) {
    Effect effect = of_existing(EffectKind::add_enum_value, name, guard);
    effect.member = label;
    push(std::move(effect));
}

void Collector::drop(EffectKind kind, const Name& name, IfExists guard, Cascade cascade) {
    Effect effect = of_existing(kind, name, guard);
    effect.cascade = cascade == Cascade::yes;
    if (effect.schema == temporary_schema) temporary_.erase(name.object);
    push(std::move(effect));
}

void Collector::drop_column(const Name& table, const std::string& column, IfExists guard, Cascade cascade) {
    Effect effect = of_existing(EffectKind::drop_column, table, guard);
    effect.member = column;
    effect.cascade = cascade == Cascade::yes;
    push(std::move(effect));
}

void Collector::rename(EffectKind kind, const Name& name, const std::string& new_name, IfExists guard) {
    Effect effect = of_existing(kind, name, guard);
    effect.new_name = new_name;
    if (effect.schema == temporary_schema) temporary_.insert(new_name);
    push(std::move(effect));
}

void Collector::rename_member(EffectKind kind, const Name& name, const std::string& member, const std::string& new_name,
                              IfExists guard) {
    Effect effect = of_existing(kind, name, guard);
    effect.member = member;
    effect.new_name = new_name;
    push(std::move(effect));
}

void Collector::set_schema(const Name& name, const std::string& schema, IfExists guard) {
    Effect effect = of_existing(EffectKind::set_schema, name, guard);
    effect.new_name = schema;
    push(std::move(effect));
}

void Collector::set_search_path(const std::vector<std::string>& schemas, Scope scope) {
    forget_search_path(scope);
    path_.known = true;
    // "$user" is a schema that hardly any database has; the path goes on to the next.
    std::ranges::copy_if(schemas, std::back_inserter(path_.schemas),
                         [](const std::string& schema) { return schema != "$user" && !is_temporary(schema); });
}

void Collector::forget_search_path(Scope scope) {
    if (scope == Scope::transaction && !path_is_local_) path_before_transaction_ = path_;
    path_is_local_ = scope == Scope::transaction;
    path_ = {.known = false, .is_default = false, .schemas = {}};
    if (scope == Scope::session) out_->leaves_search_path = true;
}

void Collector::reset_search_path() {
    path_ = {};
    path_is_local_ = false;
    out_->leaves_search_path = false;
}

void Collector::enter_schema(const std::string& name) {
    paths_outside_schemas_.push_back(path_);
    path_ = {.known = true, .is_default = false, .schemas = {name}};
}

void Collector::leave_schema() {
    path_ = paths_outside_schemas_.back();
    paths_outside_schemas_.pop_back();
}

void Collector::enter_body(SearchPathIn search_path) {
    conditional_ = true;
    temporary_outside_body_ = temporary_;
    path_outside_body_ = path_;
    if (search_path == SearchPathIn::set) path_ = {.known = false, .is_default = false, .schemas = {}};
}

void Collector::leave_body(Body body, SearchPathIn search_path) {
    conditional_ = false;
    temporary_ = temporary_outside_body_;
    path_ = path_outside_body_;
    if (body == Body::block && search_path == SearchPathIn::set) forget_search_path(Scope::session);
}

void Collector::begin() {
    mark_ = out_->effects.size();
    path_left_at_mark_ = out_->leaves_search_path;
}

void Collector::commit() {
    if (path_is_local_) path_ = path_before_transaction_;
    path_is_local_ = false;
    begin();
}

void Collector::rollback() {
    out_->effects.resize(std::min(mark_, out_->effects.size()), Effect{EffectKind::create_table, {}, {}, {}, {}});
    out_->leaves_search_path = path_left_at_mark_;
    commit();
}

}  // namespace migration_guard::sql
