#include "schema/compare.hpp"

#include "schema/compare_columns.hpp"
#include "schema/ddl.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace migration_guard {

namespace {

ScriptObject::Kind kind_of(TableKind kind) {
    switch (kind) {
        case TableKind::view:
            return ScriptObject::Kind::view;
        case TableKind::join_table:
            return ScriptObject::Kind::join_table;
        case TableKind::table:
            break;
    }
    return ScriptObject::Kind::table;
}

class Comparison {
public:
    Comparison(const Catalogue& catalogue, const ComparisonOptions& options)
        : catalogue_(&catalogue), options_(&options) {}

    void check_table(const DeclaredTable& table) {
        const ObjectName name{schema_of(table.schema), table.name};
        if (is_ignored(name)) {
            return;
        }
        const auto found = catalogue_->relations.find(name);
        if (found == catalogue_->relations.end()) {
            const MissingLevel level = table.ignored ? MissingLevel::info : MissingLevel::needed;
            add_missing({kind_of(table.kind), name.schema, name.name, ""}, table.model, "", level);
        } else {
            check_columns({table, found->second, name, options_->ignored});
        }
    }

    void check_enum(const DeclaredEnum& declared) {
        const ObjectName name{schema_of(declared.schema), declared.name};
        if (is_ignored(name)) {
            return;
        }
        const MissingLevel level = declared.used ? MissingLevel::needed : MissingLevel::info;
        const auto found = catalogue_->enums.find(name);
        if (found == catalogue_->enums.end()) {
            add_missing({ScriptObject::Kind::enumeration, name.schema, name.name, ""}, declared.declared_as, "", level);
            return;
        }
        check_labels(declared, name, found->second, level);
        if (declared.used) {
            find_extra_labels(declared, name, found->second);
        }
    }

    SchemaDifference take() { return std::move(difference_); }

private:
    [[nodiscard]] const std::string& schema_of(const std::string& declared) const {
        return declared.empty() ? options_->connection_schema : declared;
    }

    [[nodiscard]] bool is_ignored(const ObjectName& name) const {
        return std::any_of(options_->ignored.begin(), options_->ignored.end(),
                           [&](const ObjectPattern& pattern) { return pattern.covers(name.schema, name.name); });
    }

    [[nodiscard]] bool is_ignored(const ObjectName& name, const std::string& member) const {
        return std::any_of(options_->ignored.begin(), options_->ignored.end(), [&](const ObjectPattern& pattern) {
            return pattern.covers(name.schema, name.name, member);
        });
    }

    void add_missing(ScriptObject object, const std::string& model, const std::string& field, MissingLevel level) {
        difference_.missing.push_back({std::move(object), model, field, level});
    }

    void check_columns(const TableMatch& table) {
        for (const DeclaredColumn& column : table.declared.columns) {
            if (table.is_ignored(column.name)) {
                continue;
            }
            const bool queried = column.use == ColumnUse::queried && !table.declared.ignored;
            const auto found = table.actual.columns.find(column.name);
            if (found == table.actual.columns.end()) {
                add_missing({ScriptObject::Kind::column, table.name.schema, table.name.name, column.name},
                            table.declared.model, column.field, queried ? MissingLevel::needed : MissingLevel::info);
            } else if (!table.declared.ignored) {
                compare_column(table, column, found->second, options_->connection_schema, difference_.warnings);
            }
        }
        if (!table.declared.ignored) {
            find_blocking_columns(table, difference_.warnings);
            check_privileges(table);
        }
    }

    void check_privileges(const TableMatch& table) {
        if (table.actual.can_use_schema) {
            find_missing_privileges(table, options_->app_role, difference_.warnings);
        } else if (closed_schemas_.insert(table.name.schema).second) {
            difference_.warnings.push_back({SchemaWarningKind::no_privilege, table.name.schema,
                                            "the app's role may not use this schema (42501): GRANT USAGE ON SCHEMA " +
                                                quote_identifier(table.name.schema) + " TO " +
                                                quote_role(options_->app_role)});
        }
    }

    void check_labels(const DeclaredEnum& declared, const ObjectName& name, const std::vector<std::string>& labels,
                      MissingLevel level) {
        const std::set<std::string> there(labels.begin(), labels.end());
        for (const std::string& value : declared.values) {
            if (!there.contains(value) && !is_ignored(name, value)) {
                add_missing({ScriptObject::Kind::enum_value, name.schema, name.name, value}, declared.declared_as, "",
                            level);
            }
        }
    }

    void find_extra_labels(const DeclaredEnum& declared, const ObjectName& name,
                           const std::vector<std::string>& labels) {
        const std::set<std::string> known(declared.values.begin(), declared.values.end());
        for (const std::string& label : labels) {
            if (!known.contains(label) && !is_ignored(name, label)) {
                difference_.warnings.push_back({SchemaWarningKind::extra_enum_value, name.text() + "." + label,
                                                "not in schema.prisma: a row that has it cannot be read (Value not "
                                                "found in enum): add it to enum " +
                                                    declared.declared_as + " there (no label can be dropped)"});
            }
        }
    }

    const Catalogue* catalogue_;
    const ComparisonOptions* options_;
    SchemaDifference difference_;
    std::set<std::string> closed_schemas_;  ///< told already
};

/// A name no database can hold is not asked for: it would cut or break the query.
void add(std::set<std::string>& names, const std::string& name) {
    if (name.find('\0') == std::string::npos) {
        names.insert(name);
    }
}

}  // namespace

std::string MissingObject::text() const {
    const std::string owner = object.schema + "." + object.object;
    return object.member.empty() ? owner : owner + "." + object.member;
}

SchemaDifference compare(const DeclaredSchema& declared, const Catalogue& catalogue, const ComparisonOptions& options) {
    Comparison comparison(catalogue, options);
    for (const DeclaredTable& table : declared.tables) {
        comparison.check_table(table);
    }
    for (const DeclaredEnum& declared_enum : declared.enums) {
        comparison.check_enum(declared_enum);
    }
    return comparison.take();
}

CatalogueRequest request_for(const DeclaredSchema& declared) {
    std::set<std::string> schemas;
    std::set<std::string> relations;
    std::set<std::string> enums;
    for (const DeclaredTable& table : declared.tables) {
        add(schemas, table.schema);
        add(relations, table.name);
    }
    for (const DeclaredEnum& declared_enum : declared.enums) {
        add(schemas, declared_enum.schema);
        add(enums, declared_enum.name);
    }
    return {{schemas.begin(), schemas.end()}, {relations.begin(), relations.end()}, {enums.begin(), enums.end()}};
}

std::string_view word(ScriptObject::Kind kind) {
    switch (kind) {
        case ScriptObject::Kind::view:
            return "view";
        case ScriptObject::Kind::join_table:
            return "joinTable";
        case ScriptObject::Kind::column:
            return "column";
        case ScriptObject::Kind::enumeration:
            return "enum";
        case ScriptObject::Kind::enum_value:
            return "enumValue";
        case ScriptObject::Kind::index:
            return "index";
        case ScriptObject::Kind::table:
            break;
    }
    return "table";
}

std::string_view word(SchemaWarningKind kind) {
    switch (kind) {
        case SchemaWarningKind::blocks_insert:
            return "blocksInsert";
        case SchemaWarningKind::no_privilege:
            return "noPrivilege";
        case SchemaWarningKind::type_differs:
            return "typeDiffers";
        case SchemaWarningKind::list_differs:
            return "listDiffers";
        case SchemaWarningKind::nullability_differs:
            return "nullabilityDiffers";
        case SchemaWarningKind::extra_enum_value:
            break;
    }
    return "extraEnumValue";
}

}  // namespace migration_guard
