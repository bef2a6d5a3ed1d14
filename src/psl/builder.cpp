#include "psl/builder.hpp"

namespace migration_guard::psl {

void Builder::open_block(BlockKind kind, std::string_view header) {
    blocks_.push_back({kind, header, kind == BlockKind::unknown ? std::string_view() : block_name_, {}, {}, {}});
    attributes_ = &block().attributes;
    block_is_open_ = true;
}

void Builder::add_member(std::string_view name) {
    block().members.push_back({name, {}, false, Arity::required, {}});
    attributes_ = &member().attributes;
}

void Builder::set_unsupported(std::string_view type) {
    member().type = type;
    member().unsupported = true;
}

void Builder::add_setting(std::string_view name) {
    block().settings.push_back({name, {}});
    frames_.push_back({&block().settings.back().values, {}});
}

void Builder::drop_setting() {
    frames_.clear();
    argument_name_ = {};
    block().settings.pop_back();
}

void Builder::add_value(Value::Kind kind, std::string_view text) {
    frames_.back().items->push_back({argument_name_, {kind, text, {}}});
    argument_name_ = {};
}

void Builder::open(std::vector<Argument>& items, std::string_view bracket) {
    if (frames_.size() >= deepest_nesting) {
        throw Unreadable{bracket.data(), "nested too deeply"};
    }
    frames_.push_back({&items, bracket});
}

void Builder::open_call(std::string_view parenthesis) {
    Value& called = frames_.back().items->back().value;
    called.kind = Value::Kind::call;
    open(called.items, parenthesis);
}

void Builder::open_array(std::string_view bracket) {
    add_value(Value::Kind::array, {});
    open(frames_.back().items->back().value.items, bracket);
}

void Builder::open_object(std::string_view brace) {
    add_value(Value::Kind::object, {});
    open(frames_.back().items->back().value.items, brace);
}

void Builder::name_argument(std::string_view) {
    argument_name_ = frames_.back().items->back().value.text;
    frames_.back().items->pop_back();
}

std::string Builder::complaint(const char* expected, bool at_end) const {
    const auto line = [this](std::string_view part) {
        return std::to_string(source_->line_of(source_->offset_of(part)));
    };
    if (!frames_.empty() && !frames_.back().opened.empty()) {
        const std::string_view opened = frames_.back().opened;
        return std::string(at_end ? "the file ends" : expected) + " within the '" + std::string(opened) + "' of line " +
               line(opened);
    }
    if (at_end && block_is_open_) {
        const Block& open = blocks_.back();
        return "the file ends within the block of line " + line(open.header) + ": its '}' must begin a line of its own";
    }
    return expected;
}

}  // namespace migration_guard::psl
