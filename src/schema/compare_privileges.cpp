#include "schema/compare_columns.hpp"
#include "schema/ddl.hpp"

#include <algorithm>

namespace migration_guard {

namespace {

/// A privilege that is refused: on some of the columns that the client names, or on all of them.
struct Refusal {
    std::string privilege;
    std::vector<std::string> columns;
    bool whole_table = false;
};

class Privileges {
public:
    Privileges(const TableMatch& table, const std::string& role, std::vector<SchemaWarning>& warnings)
        : table_(table), role_(role), warnings_(warnings) {
        for (const DeclaredColumn& column : table.declared.columns) {
            const auto found = table.actual.columns.find(column.name);
            const bool asked = column.use == ColumnUse::queried && !table.is_ignored(column.name);
            if (asked && found != table.actual.columns.end()) queried_.push_back(&found->second);
        }
    }

    void find() {
        if (!queried_.empty()) find_on_table();
        if (table_.is_written()) find_on_sequences();
    }

private:
    /// SELECT and INSERT name every column. An UPDATE names what it changes, so that one column that may be changed is
    /// enough; the rows of a join table are made and deleted, never changed.
    void find_on_table() {
        std::vector<Refusal> refusals{on_columns("SELECT", &CatalogueColumn::can_read)};
        if (table_.is_written()) {
            refusals.push_back(on_columns("INSERT", &CatalogueColumn::can_write));
            const bool updated = table_.declared.kind != TableKind::join_table;
            refusals.push_back({"UPDATE", {}, updated && !table_.actual.can_update});
            refusals.push_back({"DELETE", {}, !table_.actual.can_delete});
        }
        std::string on_all;
        for (const Refusal& refusal : refusals) {
            if (refusal.whole_table) on_all += (on_all.empty() ? "" : ", ") + refusal.privilege;
            if (!refusal.whole_table && !refusal.columns.empty()) warn_of_columns(refusal);
        }
        if (!on_all.empty()) warn(table_.name.text(), on_all, on_all);
    }

    [[nodiscard]] Refusal on_columns(const std::string& privilege, bool CatalogueColumn::*allowed) const {
        Refusal refusal{privilege, {}, false};
        for (const CatalogueColumn* column : queried_) {
            if (!(column->*allowed)) refusal.columns.push_back(column->name);
        }
        refusal.whole_table = refusal.columns.size() == queried_.size();
        return refusal;
    }

    void warn_of_columns(const Refusal& refusal) {
        std::string list;
        for (const std::string& column : refusal.columns) list += (list.empty() ? "" : ", ") + quote_identifier(column);
        const bool one = refusal.columns.size() == 1;
        warn(one ? table_.text(refusal.columns.front()) : table_.name.text(), refusal.privilege,
             refusal.privilege + " (" + list + ")");
    }

    void warn(const std::string& object, const std::string& refused, const std::string& granted) {
        warnings_.push_back({SchemaWarningKind::no_privilege, object,
                             "the app's role has no " + refused + " here (42501): GRANT " + granted + " ON " +
                                 quote_name(table_.name) + " TO " + quote_role(role_)});
    }

    /// nextval() asks for the right to use the sequence (manual, 9.17), an identity column does not. Of no account when
    /// the client sends the value.
    void find_on_sequences() {
        for (const auto& [name, column] : table_.actual.columns) {
            if (column.closed_sequence.empty() || table_.is_ignored(name) || is_sent(name)) continue;
            warnings_.push_back({SchemaWarningKind::no_privilege, table_.text(name),
                                 "the app's role may not use the sequence that fills it (42501 on create): GRANT USAGE "
                                 "ON SEQUENCE " +
                                     column.closed_sequence + " TO " + quote_role(role_)});
        }
    }

    [[nodiscard]] bool is_sent(const std::string& name) const {
        const auto& columns = table_.declared.columns;
        const auto found = std::find_if(columns.begin(), columns.end(),
                                        [&](const DeclaredColumn& column) { return column.name == name; });
        return found != columns.end() && found->use == ColumnUse::queried && !found->filled_by_database;
    }

    const TableMatch& table_;
    const std::string& role_;
    std::vector<SchemaWarning>& warnings_;
    std::vector<const CatalogueColumn*> queried_;
};

}  // namespace

void find_missing_privileges(const TableMatch& table, const std::string& role, std::vector<SchemaWarning>& warnings) {
    Privileges(table, role, warnings).find();
}

}  // namespace migration_guard
