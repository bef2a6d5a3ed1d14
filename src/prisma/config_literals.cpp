#include "prisma/config_literals.hpp"

#include "prisma/config_tokens.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;
using Kind = ConfigValue::Kind;
using Tokens = std::span<const Token>;

constexpr int deepest = 16;            // constants that name constants, and parentheses
constexpr int most_evaluations = 500;  // of expressions: `a ?? a` of constants that are `b ?? b` would grow for ever
const ConfigValue computed{Kind::computed, {}};

bool opens(const Token& token) {
    return token.is("(") || token.is("[") || token.is("{");
}
bool closes(const Token& token) {
    return token.is(")") || token.is("]") || token.is("}");
}

/// The index behind the bracket that closes the one at `open`, or the end.
std::size_t behind_bracket(Tokens tokens, std::size_t open) {
    int depth = 0;
    for (auto i = open; i < tokens.size(); ++i) {
        if (opens(tokens[i])) ++depth;
        if (closes(tokens[i]) && --depth == 0) return i + 1;
    }
    return tokens.size();
}

/// The first token outside brackets for which `matches` holds, or the end.
template <typename Matches>
std::size_t find_outside(Tokens tokens, Matches matches) {
    for (std::size_t i = 0; i < tokens.size();) {
        if (matches(tokens[i], i)) return i;
        i = opens(tokens[i]) ? behind_bracket(tokens, i) : i + 1;
    }
    return tokens.size();
}

std::vector<Tokens> split(Tokens tokens, std::string_view separator, std::string_view other = "\n") {
    std::vector<Tokens> parts;
    for (;;) {
        const auto end =
            find_outside(tokens, [&](const Token& token, auto) { return token.is(separator) || token.is(other); });
        parts.push_back(tokens.first(end));
        if (end == tokens.size()) return parts;
        tokens = tokens.subspan(end + 1);
    }
}

/// The members of an object literal; `open` when a spread or a computed name may add others. No tokens: computed.
struct Members {
    std::map<std::string, Tokens> values;
    bool open = false;
};

/// What `...(x && {…})` or `...(x ? {…} : {…})` may add, where that is written out; else nothing.
std::vector<Tokens> spread_literals(Tokens expression) {
    while (expression.size() > 2 && expression[0].is("(") && behind_bracket(expression, 0) == expression.size())
        expression = expression.subspan(1, expression.size() - 2);
    auto sides = split(expression, "?", ":");
    if (sides.size() == 3)
        sides.erase(sides.begin());
    else
        sides = {split(expression, "&&").back()};
    const auto is_literal = [](Tokens side) {
        return !side.empty() && side[0].is("{") && behind_bracket(side, 0) == side.size();
    };
    return std::ranges::all_of(sides, is_literal) ? sides : std::vector<Tokens>();
}

Members members_of(Tokens object, int depth = 0);

/// Whether it is spread, and so what the names in it are, depends on a condition that is not evaluated.
void spread(Tokens expression, int depth, Members& members) {
    const auto literals = depth < deepest ? spread_literals(expression) : std::vector<Tokens>();
    if (literals.empty()) members.open = true;
    for (const auto literal : literals) {
        const auto inner = members_of(literal, depth + 1);
        for (const auto& [name, value] : inner.values) members.values[name] = {};
        members.open = members.open || inner.open;
    }
}

Members members_of(Tokens object, int depth) {
    Members members;
    const auto end = behind_bracket(object, 0);
    if (end < 2) return members;
    for (const auto part : split(object.subspan(1, end - 2), ",")) {
        if (part.empty()) continue;
        const bool named = part[0].kind == Token::Kind::name || part[0].kind == Token::Kind::text;
        const bool pair = named && part.size() > 1 && part[1].is(":");
        const bool method = named && part.size() > 1 && part[1].is("(");  // evaluates to computed
        if (pair)
            members.values[part[0].value] = part.subspan(2);
        else if (method || (named && part.size() == 1))
            members.values[part[0].value] = part;
        else if (part[0].is("..."))
            spread(part.subspan(1), depth, members);
        else
            members.open = true;
    }
    return members;
}

class Reader {
public:
    Reader(Tokens tokens, const ConfigPlace& place) : tokens_(tokens), place_(place) {}

    ConfigLiterals read() {
        const auto config = exported_object();
        if (!config) return {computed, computed, computed, computed, computed, true, {{}, true}, {{}, true}};
        const auto top = members_of(*config);
        ConfigLiterals literals;
        literals.schema = value_of(top, "schema");
        literals.engine = value_of(top, "engine");
        literals.migrations_path = nested(top, "migrations", "path");
        literals.url = nested(top, "datasource", "url");
        literals.direct_url = nested(top, "datasource", "directUrl");
        literals.datasource_computed = literals.url.kind == Kind::computed;
        literals.external_tables = names(top, "tables", "external");
        literals.external_enums = names(top, "enums", "external");
        return literals;
    }

private:
    /// `export default …`, `module.exports = …`, `export = …`
    [[nodiscard]] std::optional<Tokens> exported_object() const {
        for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
            if (tokens_[i].is_name("export") && tokens_[i + 1].is_name("default"))
                return object(tokens_.subspan(i + 2), 0);
            if (tokens_[i].is_name("export") && tokens_[i + 1].is("=")) return object(tokens_.subspan(i + 2), 0);
            if (tokens_[i].is_name("exports") && tokens_[i + 1].is("=")) return object(tokens_.subspan(i + 2), 0);
            if (tokens_[i].is(".") && tokens_[i + 1].is_name("default") && tokens_[i + 2].is("="))
                return object(tokens_.subspan(i + 3), 0);
        }
        return std::nullopt;
    }

    /// The object literal that an expression is: `{…}`, `defineConfig({…})`, or a constant that is one.
    [[nodiscard]] std::optional<Tokens> object(Tokens expression, int depth) const {
        if (expression.empty() || depth > deepest) return std::nullopt;
        if (expression[0].is("(")) return object(behind_parenthesis(expression), depth + 1);
        if (expression[0].is("{")) return expression.first(behind_bracket(expression, 0));
        if (expression[0].kind != Token::Kind::name) return std::nullopt;
        std::size_t i = 1;  // a call of defineConfig, also as a member of an import
        while (i + 1 < expression.size() && expression[i].is(".") && expression[i + 1].kind == Token::Kind::name)
            i += 2;
        if (i < expression.size() && expression[i].is("("))
            return expression[i - 1].is_name("defineConfig") ? object(expression.subspan(i + 1), depth + 1)
                                                             : std::nullopt;
        if (i > 1) return std::nullopt;
        const auto constant = constant_named(expression[0].value);
        return constant ? object(*constant, depth + 1) : std::nullopt;
    }

    /// `({…})`, and `(0, config_1.defineConfig)({…})`, which is how TypeScript compiles a call of an import.
    static Tokens behind_parenthesis(Tokens expression) {
        const auto end = behind_bracket(expression, 0);
        const bool call = end >= 3 && end < expression.size() && expression[end].is("(");
        if (call && expression[end - 2].is_name("defineConfig")) return expression.subspan(end + 1);
        return expression.subspan(1);
    }

    /// The expression that a top-level `const NAME = …` gives; a `let` may change, so it is not looked at.
    [[nodiscard]] std::optional<Tokens> constant_named(const std::string& name) const {
        const auto at = find_outside(tokens_, [this, &name](const Token& token, std::size_t i) {
            return token.is_name("const") && i + 2 < tokens_.size() && tokens_[i + 1].is_name(name);
        });
        if (at == tokens_.size()) return std::nullopt;
        const auto rest = tokens_.subspan(at + 2);
        const auto assigned = find_outside(rest, [](const Token& token, auto) { return token.is("="); });
        if (assigned == rest.size()) return std::nullopt;
        return statement(rest.subspan(assigned + 1));
    }

    /// Up to the semicolon, or to the line end where JavaScript would insert one.
    static Tokens statement(Tokens tokens) {
        const auto end = find_outside(tokens, [&tokens](const Token& token, std::size_t i) {
            if (token.is(";")) return true;
            if (i == 0 || !token.after_newline || token.kind == Token::Kind::punctuation) return false;
            const auto& last = tokens[i - 1];
            return last.kind != Token::Kind::punctuation || closes(last) || last.is("!");
        });
        return tokens.first(end);
    }

    [[nodiscard]] ConfigValue value_of(const Members& members, const std::string& key) const {
        const auto found = members.values.find(key);
        if (found != members.values.end()) return evaluate(found->second, 0);
        return members.open ? computed : ConfigValue{};
    }

    [[nodiscard]] ConfigValue nested(const Members& members, const std::string& outer, const std::string& inner) const {
        const auto found = members.values.find(outer);
        if (found == members.values.end()) return members.open ? computed : ConfigValue{};
        const auto inside = object(found->second, 0);
        return inside ? value_of(members_of(*inside), inner) : computed;
    }

    [[nodiscard]] ConfigNames names(const Members& members, const std::string& outer, const std::string& inner) const {
        const auto found = members.values.find(outer);
        if (found == members.values.end()) return {{}, members.open};
        const auto inside = object(found->second, 0);
        if (!inside) return {{}, true};
        const auto held = members_of(*inside);
        const auto list = held.values.find(inner);
        if (list == held.values.end()) return {{}, held.open};
        return names_in(list->second, 0);
    }

    /// `['a', b]`, or a constant that is such an array.
    [[nodiscard]] ConfigNames names_in(Tokens expression, int depth) const {
        expression = bare(expression);
        if (expression.empty() || depth > deepest) return {{}, true};
        if (expression.size() == 1 && expression[0].kind == Token::Kind::name) {
            if (expression[0].value == "undefined") return {};
            const auto constant = constant_named(expression[0].value);
            return constant ? names_in(*constant, depth + 1) : ConfigNames{{}, true};
        }
        if (!expression[0].is("[") || behind_bracket(expression, 0) != expression.size()) return {{}, true};
        ConfigNames read;
        for (const auto element : split(expression.subspan(1, expression.size() - 2), ",")) {
            if (element.empty()) continue;  // a trailing comma
            auto value = evaluate(element, depth + 1);
            if (value.kind == Kind::text) {
                read.names.push_back(std::move(value.text));
            } else {
                read.computed = true;
            }
        }
        return read;
    }

    /// Without what TypeScript adds: `x as string`, `x satisfies T`, `x!`, and outer parentheses.
    static Tokens bare(Tokens expression) {
        for (int depth = 0; depth < deepest; ++depth) {
            const auto cast = find_outside(expression, [](const Token& token, std::size_t i) {
                return i > 0 && (token.is_name("as") || token.is_name("satisfies"));
            });
            expression = expression.first(cast);
            while (!expression.empty() && expression.back().is("!"))
                expression = expression.first(expression.size() - 1);
            const bool enclosed =
                expression.size() > 1 && expression[0].is("(") && behind_bracket(expression, 0) == expression.size();
            if (!enclosed) break;
            expression = expression.subspan(1, expression.size() - 2);
        }
        return expression;
    }

    [[nodiscard]] ConfigValue evaluate(Tokens expression, int depth) const {
        expression = bare(expression);
        if (expression.empty() || depth > deepest || ++evaluations_ > most_evaluations) return computed;
        const auto sides = split(expression, "??", "||");
        if (sides.size() > 1) return first_given(sides, depth);
        if (expression.size() == 1) return single(expression[0], depth);
        if (auto name = environment_variable(expression)) return {Kind::variable, *name};
        return joined_path(expression, depth);
    }

    [[nodiscard]] ConfigValue single(const Token& token, int depth) const {
        if (token.kind == Token::Kind::text) return {Kind::text, token.value};
        if (token.kind != Token::Kind::name) return computed;
        if (token.value == "undefined" || token.value == "null") return {};
        if (token.value == "__dirname") return {Kind::text, place_.directory.string()};
        const auto constant = constant_named(token.value);
        return constant ? evaluate(*constant, depth + 1) : computed;
    }

    /// `A ?? B`: the first side that has a value in this environment. Else the last variable: what is not set has to be
    /// named, and what all fall back on is what people set.
    [[nodiscard]] ConfigValue first_given(const std::vector<Tokens>& sides, int depth) const {
        ConfigValue unset;
        for (const auto side : sides) {
            auto value = evaluate(side, depth + 1);
            if (value.kind == Kind::computed || (value.kind == Kind::text && !value.text.empty())) return value;
            if (value.kind != Kind::variable) continue;
            if (is_set(value.text)) return value;
            unset = std::move(value);
        }
        return unset;
    }

    [[nodiscard]] bool is_set(const std::string& name) const {
        if (place_.environment == nullptr) return false;
        const auto holds = [this](const std::string& spelling) {
            const auto found = place_.environment->find(spelling);
            return found != place_.environment->end() && !found->second.empty();
        };
        return holds(name) || holds(name + "_FILE");
    }

    /// `process.env.X`, `process.env['X']`, `env('X')`, `env<Env>('X')`
    static std::optional<std::string> environment_variable(Tokens expression) {
        if (expression[0].is_name("env")) {
            const auto call = find_outside(expression, [](const Token& token, auto) { return token.is("("); });
            const bool direct = call == 1 || (call < expression.size() && expression[1].is("<"));
            if (direct && call + 3 == expression.size() && expression[call + 1].kind == Token::Kind::text)
                return expression[call + 1].value;
            return std::nullopt;
        }
        if (expression.size() < 5 || !expression[0].is_name("process") || !expression[2].is_name("env"))
            return std::nullopt;
        const auto& access = expression[3];
        if (expression.size() == 5 && (access.is(".") || access.is("?.")) && expression[4].kind == Token::Kind::name)
            return expression[4].value;
        if (expression.size() == 6 && access.is("[") && expression[4].kind == Token::Kind::text)
            return expression[4].value;
        return std::nullopt;
    }

    /// `path.join('a', 'b')`, `resolve(__dirname, 'a')`, `process.cwd()`, `import.meta.dirname`
    [[nodiscard]] ConfigValue joined_path(Tokens expression, int depth) const {
        const auto spelt = [&expression](std::initializer_list<std::string_view> words) {
            return std::ranges::equal(expression, words, {}, &Token::value);
        };
        if (spelt({"process", ".", "cwd", "(", ")"})) return {Kind::text, place_.working_directory.string()};
        if (spelt({"import", ".", "meta", ".", "dirname"})) return {Kind::text, place_.directory.string()};
        const auto call = find_outside(expression, [](const Token& token, auto) { return token.is("("); });
        const bool path_call = (call == 1 || (call == 3 && expression[1].is("."))) && expression.size() > call + 2 &&
                               behind_bracket(expression, call) == expression.size();
        if (!path_call) return computed;
        const auto& function = expression[call - 1];
        if (!function.is_name("join") && !function.is_name("resolve")) return computed;
        fs::path path = function.value == "resolve" ? place_.working_directory : fs::path{};
        for (const auto argument : split(expression.subspan(call + 1, expression.size() - call - 2), ",")) {
            if (argument.empty()) continue;  // a trailing comma
            const auto value = evaluate(argument, depth + 1);
            if (value.kind != Kind::text) return computed;
            const fs::path part(value.text);
            path /= function.value == "join" && !path.empty() ? part.relative_path() : part;
        }
        return {Kind::text, path.lexically_normal().string()};
    }

    Tokens tokens_;
    const ConfigPlace& place_;
    mutable int evaluations_ = 0;
};

}  // namespace

ConfigLiterals read_config_literals(std::string_view source, const ConfigPlace& place) {
    const auto tokens = tokenize(source);
    return Reader(tokens, place).read();
}

}  // namespace migration_guard::prisma
