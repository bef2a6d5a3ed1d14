// Which indexes scripts leave behind when they run one after the other, and which migration made each.
//
// Not the tables and types (replay.hpp), nor the indexes of constraints, which scripts seldom name. Keeps true: pure;
// an index is `certain` only while nothing has run that may have taken it along without naming it: DROP COLUMN on its
// table, CASCADE, dynamic SQL, a script that the tolerant reader read, a name whose schema cannot be told.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/effects.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace migration_guard {

class IndexReplay {
public:
    struct Index {
        std::size_t by = 0;  ///< index into the caller's migrations: who gave it the name it has
        bool certain = true;
        std::string table;  ///< in the index's schema
    };

    explicit IndexReplay(std::string default_schema) : default_schema_(std::move(default_schema)) {}

    void run(std::size_t migration, const ScriptEffects& script);

    [[nodiscard]] const std::map<ObjectName, Index>& indexes() const { return indexes_; }
    /// Those that some script made and a later one certainly dropped or renamed, with the one that did. A constraint
    /// may have brought the name back.
    [[nodiscard]] const std::map<ObjectName, std::size_t>& removed() const { return removed_; }
    /// Those that may have gone by ways of which no object is left as proof: nothing can be concluded from their
    /// absence, not even at an earlier point. A column's end is such a proof.
    [[nodiscard]] const std::set<ObjectName>& doubted() const { return doubted_; }

private:
    using Which = std::function<bool(const ObjectName&, const Index&)>;
    using NewName = std::function<ObjectName(const ObjectName&)>;

    void apply(const Effect& effect);
    void create(const Effect& effect);
    void drop(const Effect& effect, const Which& which);
    void move(const Effect& effect, const Which& which, const NewName& new_name);
    void narrow_table(const Effect& effect);
    void rename_table(const Effect& effect);
    void doubt(const Which& which);
    [[nodiscard]] std::string schema_of(const Effect& effect) const;
    [[nodiscard]] Which named(const Effect& effect) const;
    [[nodiscard]] Which on_table(const Effect& effect) const;

    std::string default_schema_;
    std::size_t migration_ = 0;
    bool trusted_ = true;
    std::map<ObjectName, Index> indexes_;
    std::map<ObjectName, std::size_t> removed_;
    std::set<ObjectName> doubted_;
};

}  // namespace migration_guard
