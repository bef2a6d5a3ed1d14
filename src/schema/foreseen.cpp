#include "schema/foreseen.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

namespace migration_guard {
namespace {

using Kind = ScriptObject::Kind;

bool leaves_open(const ScriptEffects& script) {
    return !script.parsed || script.creates_unnamed || script.leaves_search_path ||
           std::ranges::any_of(script.effects, [](const Effect& effect) {
               return effect.schema_unknown || effect.schema == "pg_temp";
           });
}

/// The scripts run on a database that has what the catalogue has.
class Foresight {
public:
    Foresight(const std::vector<NamedScript>& pending, const std::string& default_schema, const Catalogue& now)
        : pending_(pending), replay_(default_schema) {
        for (const auto& [name, relation] : now.relations) replay_.assume_relation(name);
        for (const auto& [name, labels] : now.enums) replay_.assume_enum(name);
        for (std::size_t i = 0; i < pending.size(); ++i) replay_.run(i, pending[i].second);
    }

    void take_from(Foreseen& out) {
        take_from(out.catalogue.relations, out);
        take_from(out.catalogue.enums, out);
    }

private:
    /// std::erase_if shows a map's values as constants.
    template <class Map>
    void take_from(Map& objects, Foreseen& out) {
        for (auto at = objects.begin(); at != objects.end();)
            at = goes(at->first, at->second, out) ? objects.erase(at) : std::next(at);
    }

    bool goes(const ObjectName& name, CatalogueRelation& relation, Foreseen& out) {
        const auto found = replay_.relations().find(name);
        if (found == replay_.relations().end()) return note({Kind::table, name.schema, name.name, ""}, out);
        // Made or moved there by a pending script: another one than the catalogue's.
        if (found->second.made) return false;
        std::erase_if(relation.columns, [&](const auto& column) {
            return !found->second.columns.contains(column.first) &&
                   note({Kind::column, name.schema, name.name, column.first}, out);
        });
        return false;
    }

    bool goes(const ObjectName& name, std::vector<std::string>& labels, Foreseen& out) {
        const auto found = replay_.types().find(name);
        if (found == replay_.types().end()) return note({Kind::enumeration, name.schema, name.name, ""}, out);
        if (found->second.made) return false;
        std::erase_if(labels, [&](const std::string& label) {
            return !found->second.labels.contains(label) &&
                   note({Kind::enum_value, name.schema, name.name, label}, out);
        });
        return false;
    }

    bool note(const ScriptObject& object, Foreseen& out) {
        const auto removed = replay_.removed().find(object);
        if (removed == replay_.removed().end() || !removed->second.certain) return false;
        out.removed_by[object] = pending_[removed->second.by].first;
        return true;
    }

    const std::vector<NamedScript>& pending_;
    Replay replay_;
};

bool is_of_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '"' || c == '.' || c == '$';
}

/// The words of a script in lower case, each with whether an opening parenthesis follows.
struct Word {
    std::string text;
    bool called = false;
};
std::vector<Word> words_of(std::string_view script) {
    std::vector<Word> words;
    for (std::size_t at = 0; at < script.size();) {
        const char c = script[at];
        if (!is_of_name(c)) {
            if (c == '(' && !words.empty()) words.back().called = true;
            // Between a name and its parenthesis there is nothing but space.
            if (c == '(' || std::isspace(static_cast<unsigned char>(c)) == 0) words.push_back({});
            ++at;
            continue;
        }
        Word word;
        for (; at < script.size() && is_of_name(script[at]); ++at) {
            word.text += static_cast<char>(std::tolower(static_cast<unsigned char>(script[at])));
        }
        words.push_back(std::move(word));
    }
    return words;
}

}  // namespace

Foreseen foresee(const std::vector<NamedScript>& pending, const std::string& default_schema, const Catalogue& now) {
    Foreseen out{now, {}};
    if (std::ranges::any_of(pending, [](const NamedScript& script) { return leaves_open(script.second); })) return out;
    Foresight(pending, default_schema, now).take_from(out);
    return out;
}

bool does_more_than_it_says(std::string_view script) {
    constexpr std::array telling{"call", "execute", "perform", "rollback", "savepoint"};
    const auto words = words_of(script);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (std::ranges::find(telling, words[i].text) != telling.end()) return true;
        const bool called = i + 1 < words.size() && words[i + 1].called && !words[i + 1].text.empty();
        if (called && (words[i].text == "select" || words[i].text == "from")) return true;
    }
    return false;
}

}  // namespace migration_guard
