// A configuration file as entries: each key with its value and where both stand.
//
// Not what the keys mean (option.hpp), nor which file is read (load.hpp). Keeps true: JSON is accepted exactly as
// strict JSON is (nlohmann-json decides, as JSON.parse does for CapRover); positions count lines and characters from 1.
#pragma once

#include "config/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::config {

struct Position {
    int line = 1;
    int column = 1;
};

/// `file:line:column`
std::string place(const std::string& file, Position position);

/// The position of the byte at `offset`.
Position position_of(std::string_view text, std::size_t offset);

struct Entry {
    std::string key;
    Position key_at;
    Value value;
    Position value_at;
};

/// No file has that many keys of ours; more are refused before they cost time.
inline constexpr std::size_t most_entries = 1000;

/// What a captain-definition says to the guard.
struct Section {
    std::vector<Entry> entries;
    bool is_object = true;  ///< false: the key is there, but its value is no object
    Position at;
};

/// The object under the top-level key `name`; nothing when there is no such key. An empty `name`: the top level itself.
/// Throws Failure 78 with the position: not strict JSON, not an object at top level, or a key of ours (the section's
/// own included) that stands twice.
std::optional<Section> read_json(std::string_view text, const std::string& file, std::string_view name);

/// All keys of a YAML mapping. Throws Failure 78 with the position: not YAML, more than one document, no mapping, a key
/// that stands twice or is no text, a tag.
std::vector<Entry> read_yaml(const std::string& text, const std::string& file);

}  // namespace migration_guard::config
