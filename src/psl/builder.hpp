// What the parser's actions build, in the order in which the text is read.
//
// Not the grammar (grammar.hpp), nor which rule calls what (parse_file.cpp). Keeps true: every frame that was opened is
// the innermost one when it is closed, and there are never more than deepest_nesting of them.
#pragma once

#include "psl/ast.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::psl {

/// A place in the text and what is wrong there; becomes a PslError outside PEGTL.
struct Unreadable {
    const char* at;
    std::string message;
};

class Builder {
public:
    /// Real schemas need 4: @@index([field(ops: raw("..."))]).
    static constexpr std::size_t deepest_nesting = 64;

    explicit Builder(const Source& source) : source_(&source) {}

    // ---- blocks
    void name_block(std::string_view name) { block_name_ = name; }
    void open_model(std::string_view header) { open_block(BlockKind::model, header); }
    void open_view(std::string_view header) { open_block(BlockKind::view, header); }
    void open_composite(std::string_view header) { open_block(BlockKind::composite, header); }
    void open_enum(std::string_view header) { open_block(BlockKind::enumeration, header); }
    void open_datasource(std::string_view header) { open_block(BlockKind::datasource, header); }
    void open_generator(std::string_view header) { open_block(BlockKind::generator, header); }
    void open_unknown(std::string_view header) { open_block(BlockKind::unknown, header); }
    void close_block(std::string_view) { block_is_open_ = false; }

    // ---- lines of a block
    void add_member(std::string_view name);
    void set_type(std::string_view name) { member().type = name; }
    void set_unsupported(std::string_view type);
    void make_list(std::string_view) { member().arity = Arity::list; }
    void make_optional(std::string_view) { member().arity = Arity::optional; }
    void end_member(std::string_view) { attributes_ = &block().attributes; }
    void add_setting(std::string_view name);
    void end_setting(std::string_view) { frames_.clear(); }
    void drop_setting();

    // ---- attributes and values
    void add_attribute(std::string_view name) { attributes_->push_back({name, {}}); }
    void open_arguments(std::string_view parenthesis) { open(attributes_->back().arguments, parenthesis); }
    void add_path(std::string_view text) { add_value(Value::Kind::path, text); }
    void add_number(std::string_view text) { add_value(Value::Kind::number, text); }
    void add_string(std::string_view text) { add_value(Value::Kind::string, text); }
    void open_call(std::string_view parenthesis);
    void open_array(std::string_view bracket);
    void open_object(std::string_view brace);
    void close(std::string_view) { frames_.pop_back(); }
    /// The value just read was a name: a colon follows it.
    void name_argument(std::string_view colon);
    void open_comment(std::string_view mark) { comment_ = mark.data(); }

    [[nodiscard]] std::vector<Block>& blocks() { return blocks_; }
    [[nodiscard]] const char* comment() const { return comment_; }

    /// What to tell where the text ends too early, or where something else than `expected` stands.
    [[nodiscard]] std::string complaint(const char* expected, bool at_end) const;

private:
    struct Frame {
        std::vector<Argument>* items;
        std::string_view opened;  ///< the bracket; empty for the value of a setting, which nothing closes
    };

    [[nodiscard]] Block& block() { return blocks_.back(); }
    [[nodiscard]] Member& member() { return block().members.back(); }
    void open_block(BlockKind kind, std::string_view header);
    void add_value(Value::Kind kind, std::string_view text);
    void open(std::vector<Argument>& items, std::string_view bracket);

    const Source* source_;
    std::vector<Block> blocks_;
    bool block_is_open_ = false;
    std::string_view block_name_;
    std::vector<Attribute>* attributes_ = nullptr;
    std::vector<Frame> frames_;
    std::string_view argument_name_;
    const char* comment_ = nullptr;
};

}  // namespace migration_guard::psl
