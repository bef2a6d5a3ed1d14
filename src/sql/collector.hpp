// Collects what statements do, and gives each name the schema in which the server would find it.
//
// Not a reader: tree_reader.cpp and token_reader.cpp tell it what they read. Keeps true: both readers' findings pass
// through here, so that the same statement has the same effects whoever read it.
#pragma once

#include "schema/effects.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::sql {

struct Name {
    std::string schema;  ///< empty: unqualified
    std::string object;
};

struct Column {
    std::string name;
    bool required = false;  ///< NOT NULL or part of the primary key
    bool filled = false;    ///< by a default, an identity or a generation expression
};

enum class Lifetime { permanent, session };
enum class IfExists { no, yes };  ///< also IF NOT EXISTS and OR REPLACE: the statement passes either way
enum class Cascade { no, yes };
enum class Columns { named, open };
enum class Scope { session, transaction };

struct TableFacts {
    std::vector<Column> columns;
    std::vector<std::string> primary_key;  ///< of a table-level constraint
    Columns completeness = Columns::named;
    Lifetime lifetime = Lifetime::permanent;
    IfExists guard = IfExists::no;
};

class Collector {
public:
    explicit Collector(ScriptEffects& out) : out_(&out) {}

    void create_table(const Name& name, const TableFacts& facts);
    void follow_table(const Name& name);
    void create_view(const Name& name, Lifetime lifetime, IfExists guard);
    void create_enum(const Name& name, const std::vector<std::string>& labels);
    void create_type(const Name& name);
    void create_index(const Name& table, const std::string& index, IfExists guard);
    void drop_index(const Name& index, IfExists guard);
    /// `index`: its name, or with the schema of its table.
    void rename_index(const Name& index, const std::string& new_name, IfExists guard);
    void create_schema(const std::string& name, IfExists guard);
    void add_column(const Name& table, const Column& column, IfExists guard);
    void add_enum_value(const Name& name, const std::string& label, IfExists guard);
    void drop(EffectKind kind, const Name& name, IfExists guard, Cascade cascade);
    void drop_column(const Name& table, const std::string& column, IfExists guard, Cascade cascade);
    void rename(EffectKind kind, const Name& name, const std::string& new_name, IfExists guard);
    void rename_member(EffectKind kind, const Name& name, const std::string& member, const std::string& new_name,
                       IfExists guard);
    void set_schema(const Name& name, const std::string& schema, IfExists guard);
    void create_extension(const std::string& name);
    void creates_unnamed() { out_->creates_unnamed = true; }
    void drops_unnamed() { out_->drops_unnamed = true; }
    void indexes_unnamed() { out_->indexes_unnamed = true; }
    void changing_routine(const std::string& name) { out_->changing_routines.insert(name); }
    void calls(const std::string& routine) { out_->calls.insert(routine); }

    /// SET search_path. An empty list is an empty path: no unqualified name is found then.
    void set_search_path(const std::vector<std::string>& schemas, Scope scope);
    void forget_search_path(Scope scope);  ///< it was set to what the text does not tell
    void reset_search_path();

    /// In between, unqualified names are in that schema: the elements of CREATE SCHEMA.
    void enter_schema(const std::string& name);
    void leave_schema();

    /// Top-level transaction control: a ROLLBACK takes back what came since the last BEGIN or COMMIT.
    void begin();
    void commit();
    void rollback();

    /// In between, what is collected may or may not run. A DO block's body runs here and now, a routine's elsewhere:
    /// `search_path` says whether its text sets that.
    enum class Body { block, routine };
    enum class SearchPathIn { untouched, set };
    void enter_body(SearchPathIn search_path);
    void leave_body(Body body, SearchPathIn search_path);

private:
    struct SearchPath {
        bool known = true;
        bool is_default = true;
        std::vector<std::string> schemas;
    };

    [[nodiscard]] Effect of_new(EffectKind kind, const Name& name, Lifetime lifetime, IfExists guard);
    [[nodiscard]] Effect of_existing(EffectKind kind, const Name& name, IfExists guard) const;
    void push(Effect effect);

    ScriptEffects* out_;
    SearchPath path_;
    SearchPath path_before_transaction_;
    SearchPath path_outside_body_;
    std::vector<SearchPath> paths_outside_schemas_;
    bool path_is_local_ = false;
    bool path_left_at_mark_ = false;
    std::set<std::string> temporary_;
    std::set<std::string> temporary_outside_body_;
    std::size_t mark_ = 0;
    bool conditional_ = false;
};

}  // namespace migration_guard::sql
