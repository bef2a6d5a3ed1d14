// ignoreObjects: which objects the schema check passes over.
//
// Not the configuration (config/ reads the strings). Keeps true: matching is case-sensitive, as names in the database
// are, and costs no more than the two texts are long.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

/// `schema.object` stands for a table, view, join table or enum with all that is in it, `schema.object.member` for one
/// column or enum value. `*` stands for any characters within its part. `object` alone is one of the connection's
/// schema. A part with a dot or a star of its own is written in double quotes, doubled within: `public."a.b"`.
class ObjectPattern {
public:
    /// None when `text` is not such a pattern: empty parts, more than three, a quote that is not closed.
    static std::optional<ObjectPattern> read(std::string_view text, const std::string& connection_schema);

    [[nodiscard]] bool covers(const std::string& schema, const std::string& object) const;
    [[nodiscard]] bool covers(const std::string& schema, const std::string& object, const std::string& member) const;

private:
    struct Part {
        std::string text;
        bool literal = false;  ///< was quoted: a star is a star
        [[nodiscard]] bool matches(std::string_view name) const;
    };
    static std::optional<std::vector<Part>> read_parts(std::string_view text);

    Part schema_;
    Part object_;
    std::optional<Part> member_;
};

}  // namespace migration_guard
