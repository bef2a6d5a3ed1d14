#include "base/failure.hpp"
#include "base/text.hpp"
#include "config/document.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace migration_guard::config {
namespace {

/// Walks over the text and tells how far the parser has read, which is all the position that its SAX interface gives.
class CountingIterator {
public:
    // The names are std::iterator_traits'.
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, const char** read_to) : at_(at), read_to_(read_to) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        *read_to_ = ++at_;
        return *this;
    }
    CountingIterator operator++(int) {
        const auto before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

private:
    const char* at_;
    const char** read_to_;
};

/// Collects the section while nlohmann-json reads. Depth 1 is the top-level object.
class SectionReader {
public:
    SectionReader(std::string_view text, const std::string& file, std::string_view name)
        : text_(text),
          file_(file),
          name_(name),
          section_depth_(name.empty() ? 1 : 2),
          read_to_(text.data()),
          token_end_(text.data()) {}

    std::optional<Section> read() {
        const CountingIterator begin(text_.data(), &read_to_);
        const CountingIterator end(text_.data() + text_.size(), &read_to_);
        nlohmann::json::sax_parse(begin, end, this);
        return std::move(section_);
    }

    // What follows is the interface that sax_parse calls; the names are nlohmann-json's.
    bool null() { return scalar(Value::Kind::null, ""); }
    bool boolean(bool value) { return scalar(Value::Kind::scalar, value ? "true" : "false"); }
    bool number_integer(std::int64_t value) { return scalar(Value::Kind::scalar, std::to_string(value)); }
    bool number_unsigned(std::uint64_t value) { return scalar(Value::Kind::scalar, std::to_string(value)); }
    bool number_float(double, const std::string& written) { return scalar(Value::Kind::scalar, written); }
    bool string(std::string& value) { return scalar(Value::Kind::scalar, value); }
    static bool binary(nlohmann::json::binary_t&) { return false; }  // not in JSON text

    bool start_object(std::size_t) { return start(Value::Kind::nested); }
    bool end_object() { return end(); }
    bool start_array(std::size_t) { return start(Value::Kind::list); }
    bool end_array() { return end(); }

    bool key(std::string& key) {
        const Position at = next_token();
        if (depth_ == 1 && section_depth_ == 2) {
            in_section_ = key == name_;
            if (in_section_ && section_) refuse_second(key, at);
        }
        if (in_section_ && depth_ == section_depth_) add_entry(key, at);
        return finish_token();
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
        throw Failure(ExitCode::config_invalid,
                      fmt::format("{}: not strict JSON: {}",
                                  place(file_, position_of(text_, std::max<std::size_t>(position, 1) - 1)),
                                  one_line(reason(error.what()))),
                      "mend it there; comments and trailing commas are no JSON, and CapRover refuses them too");
    }

private:
    /// The position of the token that was just read: between the end of the one before and it stand only blanks,
    /// commas and colons. Counted on from the token before, so that a file is counted through once.
    Position next_token() {
        constexpr std::string_view between = " \t\r\n,:";
        const auto from = static_cast<std::size_t>(token_end_ - text_.data());
        const std::size_t to = std::min(text_.find_first_not_of(between, from), text_.size());
        const Position moved = position_of(text_.substr(counted_to_), to - counted_to_);
        position_ = {.line = position_.line + moved.line - 1,
                     .column = moved.line > 1 ? moved.column : position_.column + moved.column - 1};
        counted_to_ = to;
        return position_;
    }

    bool finish_token() {
        token_end_ = read_to_;
        return true;
    }

    /// nlohmann-json's text without its own prefix and without the last token, which may be part of a secret.
    static std::string reason(std::string_view what) {
        std::string text(what.substr(std::min(what.find(": ") + 2, what.size())));
        const std::size_t token = text.find("; last read: ");
        const std::size_t rest = token == std::string::npos ? token : text.rfind("; expected ");
        if (token != std::string::npos)
            text.erase(token, rest == std::string::npos || rest < token ? rest : rest - token);
        return text;
    }

    /// JSON.parse would take the last, and nobody would hear of the other: CapRover may, of its own keys.
    [[noreturn]] void refuse_second(const std::string& key, Position at) const {
        throw Failure(ExitCode::config_invalid,
                      fmt::format("{}: key \"{}\" stands twice", place(file_, at), one_line(key, 80)),
                      "remove one of the two");
    }

    void add_entry(const std::string& key, Position at) {
        if (section_->entries.size() == most_entries)
            throw Failure(ExitCode::config_invalid, place(file_, at) + ": too many keys", "keep the guard's own only");
        if (std::ranges::find(section_->entries, key, &Entry::key) != section_->entries.end()) refuse_second(key, at);
        section_->entries.push_back({.key = key, .key_at = at, .value = {}, .value_at = {}});
    }

    void begin_section(bool is_object, Position at) {
        section_ = Section{.entries = {}, .is_object = is_object, .at = at};
    }

    void require_object_at_top(Value::Kind kind, Position at) const {
        if (depth_ > 0 || kind == Value::Kind::nested) return;
        throw Failure(ExitCode::config_invalid, place(file_, at) + ": not a JSON object",
                      "begin the file with { as CapRover wants it");
    }

    /// A value begins (or, when it is a scalar, stands) at depth_.
    void value(Value::Kind kind, std::string text) {
        const Position at = next_token();
        require_object_at_top(kind, at);
        if (depth_ + 1 == section_depth_ && (in_section_ || section_depth_ == 1)) {
            begin_section(kind == Value::Kind::nested, at);
            in_section_ = in_section_ || section_depth_ == 1;
        } else if (in_section_ && section_->is_object && depth_ == section_depth_) {
            auto& entry = section_->entries.back();
            entry.value = {.kind = kind, .text = std::move(text), .items = {}};
            entry.value_at = at;
        } else if (in_section_ && section_->is_object && depth_ == section_depth_ + 1) {
            add_item(section_->entries.back().value, kind, std::move(text));
        }
    }

    static void add_item(Value& list, Value::Kind kind, std::string text) {
        if (list.kind == Value::Kind::list && kind == Value::Kind::scalar) {
            list.items.push_back(std::move(text));
        } else {
            list.kind = Value::Kind::nested;
        }
    }

    bool scalar(Value::Kind kind, std::string text) {
        value(kind, std::move(text));
        return finish_token();
    }

    bool start(Value::Kind kind) {
        value(kind, "");
        ++depth_;
        return finish_token();
    }

    bool end() {
        --depth_;
        return finish_token();
    }

    std::string_view text_;
    const std::string& file_;
    std::string_view name_;
    int section_depth_;
    const char* read_to_;
    const char* token_end_;
    Position position_;  ///< of the byte at counted_to_
    std::size_t counted_to_ = 0;
    int depth_ = 0;
    bool in_section_ = false;
    std::optional<Section> section_;
};

}  // namespace

std::optional<Section> read_json(std::string_view text, const std::string& file, std::string_view name) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (text.starts_with(byte_order_mark))  // nlohmann-json would skip a second one
        throw Failure(ExitCode::config_invalid, place(file, {}) + ": not strict JSON: two byte order marks",
                      "save it anew");
    const std::string decoded = replace_invalid_utf8(text);  // as Node decodes the file before JSON.parse
    return SectionReader(decoded, file, name).read();
}

}  // namespace migration_guard::config
