#include "applog/line_facts.hpp"

#include "applog/mention.hpp"

#include <functional>

namespace migration_guard::applog {
namespace {

bool contains(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

}  // namespace

LineFacts read_facts(std::string_view text) {
    LineFacts out;
    out.client_log = contains(text, "prisma:error");
    out.invocation = contains(text, "` invocation");
    if (contains(text, "Prisma")) {  // most lines are spared the four looks
        out.thrown = contains(text, "PrismaClient") && contains(text, "Error");
        out.cause = contains(text, "cause: Prisma") || contains(text, "[cause]: Prisma") ||
                    contains(text, "stack: 'PrismaClient");  // winston's prettyPrint(), behind the message
    }
    if (out.invocation) out.accessor = find_accessor(text);
    out.code = find_code(text);
    out.model_name = find_property(text, "modelName");
    out.sentence = find_sentence(text);
    if (!out.sentence && out.code.empty()) out.adapter = find_adapter_error(text);
    if (out.sentence && out.sentence->code.empty() && out.sentence->sqlstate.empty()) out.sentence->code = out.code;
    return out;
}

const LineFacts& KnownLines::of(std::string_view text) {
    if (text.size() > longest) return long_line_ = read_facts(text);
    Line& line = lines_[std::hash<std::string_view>{}(text) % lines_.size()];
    if (line.text != text) {
        line.facts = read_facts(text);
        line.text = text;
    }
    return line.facts;
}

}  // namespace migration_guard::applog
