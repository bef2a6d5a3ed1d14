// What schema.prisma declares, as database objects: tables, columns, enums, join tables, views.
//
// Not the parser (psl/). Keeps true: all names are *database* names (@map and @@map resolved, cut to PostgreSQL's 63
// bytes), with the Prisma name beside them for messages. An empty `schema` means "the schema of the connection".
#pragma once

#include <string>
#include <vector>

namespace migration_guard {

/// How a column's declaration bears on the client's queries.
enum class ColumnUse {
    queried,      ///< selected by every query: its absence is P2022
    ignored,      ///< @ignore
    unsupported,  ///< Unsupported("..."): the client never selects it
};

struct DeclaredType {
    std::string name;         ///< as format_type() prints it without modifiers: "text", "timestamp without time zone",
                              ///< "numeric"; of an enum its database name; empty when nothing can be said of it
    std::string enum_schema;  ///< schema of the enum, when `is_enum`; empty: the connection's
    bool is_enum = false;
    std::string full;  ///< with modifiers, for the DDL that would mend it: "VARCHAR(64)", "TIMESTAMP(3)"
};

struct DeclaredColumn {
    std::string name;
    std::string field;  ///< Prisma's name
    DeclaredType type;
    bool list = false;
    bool required = false;            ///< NOT NULL expected; lists are never (Prisma creates them without)
    bool filled_by_database = false;  ///< autoincrement() or dbgenerated("..."): the client leaves it to the server
    std::string default_sql;          ///< of dbgenerated("..."), as written; else empty
    ColumnUse use = ColumnUse::queried;
};

enum class TableKind { table, view, join_table };

struct DeclaredTable {
    std::string schema;
    std::string name;
    std::string model;  ///< Prisma's name; of a join table the two models, "A, B"
    TableKind kind = TableKind::table;
    bool ignored = false;  ///< @@ignore
    std::vector<DeclaredColumn> columns;
};

struct DeclaredEnum {
    std::string schema;
    std::string name;
    std::string declared_as;          ///< Prisma's name
    std::vector<std::string> values;  ///< database labels, never cut: the server refuses long ones
    bool used = true;                 ///< some queried column has it
};

struct DeclaredSchema {
    std::vector<DeclaredTable> tables;
    std::vector<DeclaredEnum> enums;
};

/// PostgreSQL's NAMEDATALEN - 1 = 63 bytes, cut on a character boundary, as the server cuts an identifier.
std::string truncate_identifier(const std::string& name);

}  // namespace migration_guard
