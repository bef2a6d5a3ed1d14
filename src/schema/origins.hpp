// Who creates it: ties each object of schema.prisma to the bundled migration that creates it, or to none.
//
// Not the reading of scripts (sql/read_script.hpp), nor what the database has (catalogue.hpp). Keeps true: pure; an
// object created under one name and renamed later originates, under its new name, in the migration that renamed it;
// a join table is a table; a model may stand on a view, so table, view and join table are looked up alike.
#pragma once

#include "schema/declared.hpp"
#include "schema/effects.hpp"
#include "schema/replay.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace migration_guard {

/// Migration name and what its script does, in bundle order.
using NamedScript = std::pair<std::string, ScriptEffects>;

/// What the scripts tell of one object.
struct Provenance {
    std::string created_by;  ///< migration; empty when no script creates it, yet one drops it
    std::string removed_by;  ///< a later migration that drops it or renames it away; empty: there at the end
    bool certain = true;  ///< false: inside a DO block or function, or in a table whose columns the script leaves open
};

/// A declared object that is not there when all bundled scripts have run.
struct NotCreated {
    ScriptObject object;     ///< schema as declared; a missing table is one entry, without its columns
    std::string model;       ///< or enum, Prisma's name
    std::string field;       ///< of a column, Prisma's name; else empty
    std::string removed_by;  ///< the migration that drops it, empty: none ever creates it
    std::string created_by;  ///< the one that creates it before; empty: none does
};

/// Who calls a routine of the bundle that makes or drops does what no text names: so it is said of the script then.
void note_calls(std::vector<NamedScript>& scripts);

class Origins {
public:
    /// `default_schema`: where unqualified names go, the schema of the connection.
    Origins(std::vector<NamedScript> scripts, std::string default_schema);

    /// An empty schema in `object` is the default schema. None: no script creates or drops it.
    [[nodiscard]] std::optional<Provenance> find(const ScriptObject& object) const;

    /// The migration that creates it, also when a later one removes it again.
    [[nodiscard]] std::optional<std::string> created_by(const ScriptObject& object) const;

    /// Schemas in which bundled migrations create tables, views or enums.
    [[nodiscard]] const std::set<std::string>& schemas() const { return replay_.schemas(); }
    /// Those, and the connection's where the scripts create nothing at all: it is not left to others then.
    [[nodiscard]] bool touches(const std::string& schema) const;
    /// A table or enum of that name is created in some other schema, where Prisma does not look.
    [[nodiscard]] bool creates_elsewhere(const ScriptObject& object) const;

    /// For each of `missing` (objects that the database does not have, whose table or enum it does have in the case
    /// of columns and labels) the pending migration that will create it, none when none can. A pending script that may
    /// create what it does not name (`creates_unnamed`) stands for all that nothing else creates.
    [[nodiscard]] std::vector<std::optional<std::string>> created_by_pending(
        const std::vector<std::string>& pending, const std::vector<ScriptObject>& missing) const;

    /// Declared objects that the bundled scripts do not leave behind: tables and join tables, queried columns, used
    /// enums and their values; views only when a script creates and a later one removes them. Nothing that is ignored,
    /// and nothing when some script may create what it does not name and the object is never named.
    [[nodiscard]] std::vector<NotCreated> not_created(const DeclaredSchema& declared) const;

    [[nodiscard]] const std::vector<NamedScript>& scripts() const { return scripts_; }
    [[nodiscard]] const std::string& default_schema() const { return default_schema_; }
    /// Names of migrations whose script the tolerant reader had to read.
    [[nodiscard]] std::vector<std::string> read_tolerantly() const;

private:
    [[nodiscard]] std::optional<Provenance> find_relation(const ScriptObject& object) const;
    [[nodiscard]] std::optional<Provenance> find_column(const ScriptObject& object) const;
    [[nodiscard]] std::optional<Provenance> find_type(const ScriptObject& object) const;
    [[nodiscard]] std::optional<Provenance> find_label(const ScriptObject& object) const;
    [[nodiscard]] std::optional<Provenance> find_removed(ScriptObject::Kind kind, const ScriptObject& object) const;
    [[nodiscard]] Provenance provenance(const Replay::Made& made) const;
    [[nodiscard]] bool some_script_creates_unnamed() const;
    [[nodiscard]] std::optional<std::string> followed_in(const std::vector<std::string>& pending,
                                                         const ScriptObject& column) const;
    void check_table(const DeclaredTable& table, std::vector<NotCreated>& out) const;
    void check_enum(const DeclaredEnum& declared, std::vector<NotCreated>& out) const;
    [[nodiscard]] std::optional<Provenance> why_absent(const ScriptObject& object) const;

    std::vector<NamedScript> scripts_;
    std::string default_schema_;
    Replay replay_;
};

}  // namespace migration_guard
