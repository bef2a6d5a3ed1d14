#include "prisma/config_tokens.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace migration_guard::prisma {
namespace {

constexpr std::size_t most_tokens = 50'000;

bool is_script_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '#' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
    return starts_name(c) || is_digit(c);
}

class Tokenizer {
public:
    explicit Tokenizer(std::string_view source) : source_(source) {}

    std::vector<Token> run() {
        for (skip_blanks(); at_ < source_.size() && tokens_.size() < most_tokens; skip_blanks()) read();
        return std::move(tokens_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void add(Token::Kind kind, std::string value) {
        tokens_.push_back({kind, std::move(value), newline_});
        newline_ = false;
    }

    void skip_blanks() {
        while (at_ < source_.size()) {
            if (is_script_blank(peek())) {
                newline_ = newline_ || peek() == '\n';
                ++at_;
            } else if (peek() == '/' && peek(1) == '/') {
                at_ = std::min(source_.find('\n', at_), source_.size());
            } else if (peek() == '/' && peek(1) == '*') {
                const auto end = source_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? source_.size() : end + 2;
            } else {
                return;
            }
        }
    }

    void read() {
        const char c = peek();
        if (c == '\'' || c == '"') return read_text(c);
        if (c == '`') return read_template();
        if (starts_name(c)) return read_name();
        if (is_digit(c)) return read_number();
        if (c == '/' && !follows_value()) return read_regular_expression();
        read_punctuation();
    }

    /// A slash after a value divides; anywhere else it opens a regular expression.
    [[nodiscard]] bool follows_value() const {
        if (tokens_.empty()) return false;
        const auto& last = tokens_.back();
        return last.kind != Token::Kind::punctuation || last.is(")") || last.is("]") || last.is("}");
    }

    void read_text(char quote) {
        std::string value;
        bool plain = true;  // a \u or \x escape, or a continued line: nothing that a path or a name needs
        for (++at_; at_ < source_.size() && peek() != quote && peek() != '\n'; ++at_) {
            if (peek() != '\\') {
                value += peek();
                continue;
            }
            ++at_;
            plain = plain && peek() != 'u' && peek() != 'x' && peek() != '\n' && peek() != '\r' && !is_digit(peek());
            value += escape_stands_for(peek());
        }
        plain = plain && peek() == quote;
        if (at_ < source_.size()) ++at_;
        add(plain ? Token::Kind::text : Token::Kind::opaque, std::move(value));
    }

    void read_template() {
        std::string value;
        bool plain = true;
        for (++at_; at_ < source_.size() && peek() != '`'; ++at_) {
            if (peek() == '$' && peek(1) == '{') {
                plain = false;
                skip_substitution();
                if (at_ >= source_.size()) break;
                continue;
            }
            if (peek() == '\\') {
                ++at_;
                plain = false;
            }
            value += peek();
        }
        plain = plain && peek() == '`';
        if (at_ < source_.size()) ++at_;
        add(plain ? Token::Kind::text : Token::Kind::opaque, std::move(value));
    }

    /// To the brace that closes `${`; braces in strings inside it are counted too, which only makes more opaque.
    void skip_substitution() {
        int depth = 0;
        for (; at_ < source_.size(); ++at_) {
            if (peek() == '{') ++depth;
            if (peek() == '}' && --depth == 0) return;
        }
    }

    void read_name() {
        const auto begin = at_;
        while (at_ < source_.size() && continues_name(peek())) ++at_;
        add(Token::Kind::name, std::string(source_.substr(begin, at_ - begin)));
    }

    void read_number() {
        while (at_ < source_.size() && (continues_name(peek()) || peek() == '.')) ++at_;
        add(Token::Kind::opaque, {});
    }

    void read_regular_expression() {
        bool in_class = false;
        for (++at_; at_ < source_.size() && peek() != '\n'; ++at_) {
            if (peek() == '\\') {
                ++at_;
                continue;
            }
            if (peek() == '[') in_class = true;
            if (peek() == ']') in_class = false;
            if (peek() == '/' && !in_class) break;
        }
        if (peek() == '/') ++at_;
        while (at_ < source_.size() && continues_name(peek())) ++at_;
        add(Token::Kind::opaque, {});
    }

    void read_punctuation() {
        constexpr std::array<std::string_view, 6> long_ones{"...", "?.", "??", "||", "&&", "=>"};
        for (const auto punctuation : long_ones) {
            if (!source_.substr(at_).starts_with(punctuation)) continue;
            at_ += punctuation.size();
            return add(Token::Kind::punctuation, std::string(punctuation));
        }
        add(Token::Kind::punctuation, std::string(1, peek()));
        ++at_;
    }

    std::string_view source_;
    std::size_t at_ = 0;
    bool newline_ = true;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
    return Tokenizer(source).run();
}

}  // namespace migration_guard::prisma
