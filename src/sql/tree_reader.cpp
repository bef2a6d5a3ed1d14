#include "sql/tree_reader.hpp"

#include "sql/tree_node.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>

namespace migration_guard::sql {
namespace {

IfExists guarded(bool guard) {
    return guard ? IfExists::yes : IfExists::no;
}
Cascade cascade_of(const Node& node) {
    return node.text("behavior") == "DROP_CASCADE" ? Cascade::yes : Cascade::no;
}

bool is_serial(const std::string& type) {
    constexpr std::array<std::string_view, 6> serials{"serial",  "bigserial", "smallserial",
                                                      "serial4", "serial8",   "serial2"};
    return std::ranges::find(serials, type) != serials.end();
}

Column column_of(const Node& definition) {
    Column column{.name = definition.text("colname")};
    column.filled = is_serial(definition.at("typeName").qualified("names").object);
    for (const auto& constraint : definition.list("constraints")) {
        const std::string kind = constraint.inner().text("contype");
        column.required |= kind == "CONSTR_NOTNULL" || kind == "CONSTR_PRIMARY";
        column.filled |= kind == "CONSTR_DEFAULT" || kind == "CONSTR_IDENTITY" || kind == "CONSTR_GENERATED";
    }
    return column;
}

/// PARTITION OF, INHERITS, OF.
bool follows(const Node& statement) {
    return !statement.list("inhRelations").empty() || statement.has("ofTypename");
}

TableFacts table_facts(const Node& statement) {
    TableFacts facts;
    facts.lifetime = statement.at("relation").lifetime();
    facts.completeness = follows(statement) ? Columns::open : Columns::named;
    for (const auto& element : statement.list("tableElts")) {
        if (element.tag() == "ColumnDef") facts.columns.push_back(column_of(element.inner()));
        if (element.tag() == "TableLikeClause") facts.completeness = Columns::open;
        if (element.inner().text("contype") == "CONSTR_PRIMARY") facts.primary_key = element.inner().strings("keys");
    }
    return facts;
}

void create_table(const Node& statement, Collector& out) {
    TableFacts facts = table_facts(statement);
    facts.guard = guarded(statement.flag("if_not_exists"));
    out.create_table(statement.at("relation").range_name(), facts);
    if (follows(statement)) out.follow_table(statement.at("relation").range_name());
}

void create_foreign_table(const Node& statement, Collector& out) {
    create_table(statement.at("base"), out);
}

void create_table_into(const Node& relation, bool guard, Collector& out) {
    TableFacts facts;
    facts.completeness = Columns::open;
    facts.lifetime = relation.lifetime();
    facts.guard = guarded(guard);
    out.create_table(relation.range_name(), facts);
}

void create_table_as(const Node& statement, Collector& out) {
    const Node relation = statement.at("into").at("rel");
    const bool guard = statement.flag("if_not_exists");
    if (statement.text("objtype") == "OBJECT_MATVIEW") {
        out.create_view(relation.range_name(), relation.lifetime(), guarded(guard));
    } else {
        create_table_into(relation, guard, out);
    }
}

/// SELECT ... INTO; in a UNION the clause stands in the leftmost or, as libpg_query has it, any branch.
void select_into(const Node& statement, Collector& out) {
    constexpr int deepest = 64;
    Node branch = statement;
    for (int depth = 0; depth < deepest; ++depth) {
        if (branch.has("intoClause")) return create_table_into(branch.at("intoClause").at("rel"), false, out);
        branch = branch.at("rarg").has("intoClause") ? branch.at("rarg") : branch.at("larg");
    }
}

void create_view(const Node& statement, Collector& out) {
    const Node relation = statement.at("view");
    out.create_view(relation.range_name(), relation.lifetime(), guarded(statement.flag("replace")));
}

void create_enum(const Node& statement, Collector& out) {
    out.create_enum(statement.qualified("typeName"), statement.strings("vals"));
}

void create_composite(const Node& statement, Collector& out) {
    out.create_type(statement.at("typevar").range_name());
}
void create_domain(const Node& statement, Collector& out) {
    out.create_type(statement.qualified("domainname"));
}
void create_range(const Node& statement, Collector& out) {
    out.create_type(statement.qualified("typeName"));
}

void define(const Node& statement, Collector& out) {
    if (statement.text("kind") == "OBJECT_TYPE") out.create_type(statement.qualified("defnames"));
}

void create_index(const Node& statement, Collector& out) {
    out.create_index(statement.at("relation").range_name(), statement.text("idxname"),
                     guarded(statement.flag("if_not_exists")));
}

void read_statement(const Node& statement, Collector& out);

/// What stands in CREATE SCHEMA is created in that schema.
void create_schema(const Node& statement, Collector& out) {
    std::string name = statement.text("schemaname");
    if (name.empty()) name = statement.at("authrole").text("rolename");
    if (name.empty()) return out.creates_unnamed();
    out.create_schema(name, guarded(statement.flag("if_not_exists")));
    out.enter_schema(name);
    for (const auto& element : statement.list("schemaElts")) read_statement(element, out);
    out.leave_schema();
}

void alter_enum(const Node& statement, Collector& out) {
    const Name name = statement.qualified("typeName");
    const std::string value = statement.text("newVal");
    if (statement.has("oldVal")) {
        out.rename_member(EffectKind::rename_enum_value, name, statement.text("oldVal"), value, IfExists::no);
    } else {
        out.add_enum_value(name, value, guarded(statement.flag("skipIfNewValExists")));
    }
}

/// ADD CONSTRAINT k UNIQUE USING INDEX i gives the index the constraint's name (PostgreSQL manual, ALTER TABLE).
void add_constraint(const Name& table, const Node& constraint, Collector& out) {
    const std::string index = constraint.text("indexname");
    const std::string name = constraint.text("conname");
    if (!index.empty() && !name.empty()) out.rename_index({table.schema, index}, name, IfExists::no);
}

/// ALTER TYPE ... ADD ATTRIBUTE, ALTER INDEX and the like come in the same statement.
void alter_table(const Node& statement, Collector& out) {
    const std::string what = statement.text("objtype");
    if (what != "OBJECT_TABLE" && what != "OBJECT_FOREIGN_TABLE") return;
    const Name table = statement.at("relation").range_name();
    for (const auto& item : statement.list("cmds")) {
        const Node command = item.inner();
        const IfExists guard = guarded(command.flag("missing_ok"));
        const std::string kind = command.text("subtype");
        if (kind == "AT_AddColumn") out.add_column(table, column_of(command.at("def").inner()), guard);
        if (kind == "AT_DropColumn") out.drop_column(table, command.text("name"), guard, cascade_of(command));
        if (kind == "AT_DropConstraint") out.drop_index({table.schema, command.text("name")}, guard);
        if (kind == "AT_AddInherit" || kind == "AT_AddOf") out.follow_table(table);
        if (kind == "AT_AttachPartition") out.follow_table(command.at("def").inner().at("name").range_name());
        if (kind == "AT_AddConstraint") add_constraint(table, command.at("def").inner(), out);
    }
}

void drop_indexes(const Node& statement, Collector& out) {
    for (const auto& object : statement.list("objects"))
        out.drop_index(object.listed_name(), guarded(statement.flag("missing_ok")));
}

void drop(const Node& statement, Collector& out) {
    static const std::map<std::string, EffectKind, std::less<>> kinds{
        {"OBJECT_TABLE", EffectKind::drop_table},   {"OBJECT_FOREIGN_TABLE", EffectKind::drop_table},
        {"OBJECT_VIEW", EffectKind::drop_view},     {"OBJECT_MATVIEW", EffectKind::drop_view},
        {"OBJECT_TYPE", EffectKind::drop_type},     {"OBJECT_DOMAIN", EffectKind::drop_type},
        {"OBJECT_SCHEMA", EffectKind::drop_schema},
    };
    const std::string what = statement.text("removeType");
    if (what == "OBJECT_EXTENSION") out.drops_unnamed();
    if (what == "OBJECT_INDEX") return drop_indexes(statement, out);
    const auto kind = kinds.find(what);
    if (kind == kinds.end()) return;
    for (const auto& object : statement.list("objects")) {
        const Name name = what == "OBJECT_SCHEMA" ? Name{{}, object.inner().text("sval")} : object.listed_name();
        out.drop(kind->second, name, guarded(statement.flag("missing_ok")), cascade_of(statement));
    }
}

bool is_relation(const std::string& what) {
    return what == "OBJECT_TABLE" || what == "OBJECT_VIEW" || what == "OBJECT_MATVIEW" ||
           what == "OBJECT_FOREIGN_TABLE";
}

void rename(const Node& statement, Collector& out) {
    const std::string what = statement.text("renameType");
    const std::string new_name = statement.text("newname");
    const IfExists guard = guarded(statement.flag("missing_ok"));
    const Name relation = statement.at("relation").range_name();
    if (is_relation(what)) {
        out.rename(EffectKind::rename_table, relation, new_name, guard);
    } else if (what == "OBJECT_COLUMN") {
        out.rename_member(EffectKind::rename_column, relation, statement.text("subname"), new_name, guard);
    } else if (what == "OBJECT_TYPE" || what == "OBJECT_DOMAIN") {
        out.rename(EffectKind::rename_type, statement.at("object").listed_name(), new_name, guard);
    } else if (what == "OBJECT_INDEX") {
        out.rename_index(relation, new_name, guard);
    } else if (what == "OBJECT_TABCONSTRAINT") {
        out.rename_index({relation.schema, statement.text("subname")}, new_name, guard);
    } else if (what == "OBJECT_SCHEMA") {
        out.rename(EffectKind::rename_schema, {{}, statement.text("subname")}, new_name, guard);
    }
}

void set_schema(const Node& statement, Collector& out) {
    const std::string what = statement.text("objectType");
    const IfExists guard = guarded(statement.flag("missing_ok"));
    if (is_relation(what)) {
        out.set_schema(statement.at("relation").range_name(), statement.text("newschema"), guard);
    } else if (what == "OBJECT_TYPE" || what == "OBJECT_DOMAIN") {
        out.set_schema(statement.at("object").listed_name(), statement.text("newschema"), guard);
    }
}

void read_statement(const Node& statement, Collector& out) {
    using Reader = void (*)(const Node&, Collector&);
    static const std::map<std::string, Reader, std::less<>> readers{
        {"CreateStmt", create_table},
        {"CreateForeignTableStmt", create_foreign_table},
        {"CreateTableAsStmt", create_table_as},
        {"SelectStmt", select_into},
        {"ViewStmt", create_view},
        {"CreateEnumStmt", create_enum},
        {"CompositeTypeStmt", create_composite},
        {"CreateDomainStmt", create_domain},
        {"CreateRangeStmt", create_range},
        {"DefineStmt", define},
        {"IndexStmt", create_index},
        {"CreateSchemaStmt", create_schema},
        {"AlterEnumStmt", alter_enum},
        {"AlterTableStmt", alter_table},
        {"DropStmt", drop},
        {"RenameStmt", rename},
        {"AlterObjectSchemaStmt", set_schema},
        {"CreateExtensionStmt", [](const Node& node, Collector& to) { to.create_extension(node.text("extname")); }},
        {"ImportForeignSchemaStmt", [](const Node&, Collector& to) { to.creates_unnamed(); }},
        {"DropOwnedStmt", [](const Node&, Collector& to) { to.drops_unnamed(); }},
    };
    const auto reader = readers.find(statement.tag());
    if (reader != readers.end()) reader->second(statement.inner(), out);
}

}  // namespace

bool read_tree(const std::string& json, Collector& collector) {
    const auto tree = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (tree.is_discarded()) return false;
    const auto statements = Node(tree).list("stmts");
    if (statements.size() != 1) return false;
    read_statement(statements.front().at("stmt"), collector);
    return true;
}

}  // namespace migration_guard::sql
