// What one line of text tells of an error, whatever came before it: read once, since an error that fills a log says the
// same each time.
//
// Not what the lines of one error tell together (tracker.hpp). Keeps true: of() answers what read_facts() would.
#pragma once

#include "applog/sentence.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::applog {

struct LineFacts {
    bool client_log = false;  ///< `prisma:error`: the client's own line, which the app's may follow
    bool thrown = false;      ///< PrismaClientKnownRequestError and its kin
    bool invocation = false;  ///< ``Invalid `prisma.user.create()` invocation``
    bool cause = false;       ///< printed inside of an error that is printed already
    std::string accessor;     ///< of an invocation: "user"
    std::string code;         ///< P2021
    std::string model_name;   ///< of modelName: 'User'
    std::optional<Sentence> sentence;
    std::optional<Sentence> adapter;  ///< an adapter's error, where the line has neither sentence nor code
};

/// `text`: a line without its prefixes (log_line.hpp), no JSON.
LineFacts read_facts(std::string_view text);

/// The facts of the lines read last, bounded in number and length.
class KnownLines {
public:
    /// Valid until the next call.
    const LineFacts& of(std::string_view text);

private:
    struct Line {
        std::string text;  ///< "" tells nothing, as no Line does
        LineFacts facts;
    };
    static constexpr std::size_t longest = 512;
    std::array<Line, 128> lines_;
    LineFacts long_line_;
};

}  // namespace migration_guard::applog
