#include "applog/sentence.hpp"

#include "applog/mention.hpp"
#include "applog/word_finder.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::applog {
namespace {

using Kind = LogGroup::Kind;

constexpr std::string_view unavailable = "(not available)";

/// The first text in backticks at or after the front.
std::string in_backticks(std::string_view text) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    const std::size_t open = text.substr(0, line).find('`');
    return open == std::string_view::npos ? "" : between(text.substr(open), '`', '`');
}

/// `db:5432` or, in Prisma 7, db:5432 without backticks.
std::string host_in(std::string_view text) {
    if (text.starts_with('`')) return in_backticks(text);
    std::string_view host = text.substr(0, std::min(text.find_first_of(" \n\t\"'\\,"), text.size()));
    while (!host.empty() && (host.back() == '.' || host.back() == ':')) host.remove_suffix(1);
    return std::string(host.substr(0, 200));
}

/// "(`email`,`name`)" and "`email`" alike: email,name
std::string fields_in(std::string_view text) {
    std::string_view list = text.substr(0, std::min(text.find('\n'), text.size()));
    const std::size_t open = list.find_first_of("(`");
    if (open == std::string_view::npos) return "";
    list.remove_prefix(open);
    if (list.starts_with(unavailable)) return "";
    const bool parenthesis = list.starts_with('(');
    std::string found = parenthesis ? between(list, '(', ')') : between(list, '`', '`');
    std::erase(found, '`');
    return found;
}

using Fill = void (*)(std::string_view after, Sentence& sentence);

void nothing(std::string_view /*after*/, Sentence& /*sentence*/) {}
void backticks(std::string_view after, Sentence& sentence) {
    sentence.object = in_backticks(after);
}
void host(std::string_view after, Sentence& sentence) {
    sentence.object = host_in(after);
}
void fields(std::string_view after, Sentence& sentence) {
    sentence.object = fields_in(after);
}
void double_quotes(std::string_view after, Sentence& sentence) {
    sentence.object = between(after, '"', '"');
}

void model(std::string_view after, Sentence& sentence) {
    sentence.object = in_backticks(after);
    sentence.model = sentence.object;
}

void user(std::string_view after, Sentence& sentence) {
    const std::size_t credentials = after.find("credentials for ");
    if (credentials != std::string_view::npos) sentence.object = in_backticks(after.substr(credentials));
}

/// Code: `42P01`. Message: `relation "x" does not exist`
void code_and_message(std::string_view after, Sentence& sentence) {
    constexpr std::string_view message = "Message: `";
    sentence.sqlstate = in_backticks(after);
    const std::size_t at = after.find(message);
    if (at != std::string_view::npos) read_server_message(after.substr(at + message.size(), 500), sentence);
}

/// PostgresError { code: "42704", message: "type \"x\" does not exist", ... }, of the engines up to 6.
void debug_print(std::string_view after, Sentence& sentence) {
    const std::size_t open = after.find('"');
    if (open > 20) return;
    sentence.sqlstate = between(after.substr(open), '"', '"');
    constexpr std::string_view message = "message: \"";
    const std::size_t at = after.find(message);
    if (at == std::string_view::npos) return;
    std::string text(after.substr(at + message.size(), 500));
    std::erase(text, '\\');
    read_server_message(text, sentence);
}

void input_value(std::string_view after, Sentence& sentence) {
    read_server_message(after, sentence);
}

/// Value 'X' not found in enum 'Role'
void value_of_enum(std::string_view after, Sentence& sentence) {
    sentence.object = between(after, '\'', '\'');
}

/// Expected a string in column 'email', got number: 1
void column_in_quotes(std::string_view after, Sentence& sentence) {
    sentence.object = between(after, '\'', '\'');
}

struct Form {
    std::string_view text;  ///< what is looked for
    std::string_view code;
    Kind kind;
    Fill fill;  ///< given what follows `text`, less `back` characters
    std::size_t back = 0;
    std::string_view must_follow = {};  ///< anywhere behind, on the same line
};

// Longer and more telling texts first: the first that fits is taken.
constexpr std::array forms{
    Form{"The table `", "P2021", Kind::table, backticks, 1, "does not exist in the current database"},
    Form{"The column `", "P2022", Kind::column, backticks, 1, "does not exist in the current database"},
    Form{"The underlying table for model `", "P1014", Kind::table, model, 1, "does not exist"},
    Form{"Raw query failed. Code: `", "P2010", Kind::none, code_and_message, 1},
    Form{"Database error. Code: `", "P2039", Kind::none, code_and_message, 1},
    Form{"PostgresError { code: ", "", Kind::none, debug_print},
    Form{"code: SqlState(", "", Kind::none, debug_print},
    Form{"Invalid input value: ", "P2007", Kind::none, input_value},
    Form{"not found in enum ", "", Kind::enum_value, value_of_enum},
    Form{"Can't reach database server at ", "P1001", Kind::host, host},
    Form{"The database server was reached but timed out", "P1002", Kind::none, nothing},
    Form{"The database server at `", "P1002", Kind::host, backticks, 1, "was reached but timed out"},
    Form{"Timed out trying to acquire a postgres advisory lock", "P1002", Kind::none, nothing},
    Form{"Authentication failed against ", "P1000", Kind::user, user, 0, "database server"},
    Form{"was denied access on the database `", "P1010", Kind::database, backticks, 1},
    Form{"Database `", "P1003", Kind::database, backticks, 1, "does not exist"},
    Form{"Error opening a TLS connection", "P1011", Kind::none, nothing},
    Form{"The provided database string is invalid", "P1013", Kind::none, nothing},
    Form{"Server has closed the connection", "P1017", Kind::none, nothing},
    Form{"Timed out fetching a new connection from the connection pool", "P2024", Kind::none, nothing},
    Form{"Too many database connections opened", "P2037", Kind::none, nothing},
    Form{"Null constraint violation on the ", "P2011", Kind::column, fields},
    Form{"Unique constraint failed on the ", "P2002", Kind::constraint, fields},
    Form{"Foreign key constraint violated", "P2003", Kind::constraint, fields},
    Form{"Foreign key constraint failed", "P2003", Kind::constraint, fields},
    Form{"Inconsistent column data", "P2023", Kind::none, nothing},
    Form{" in column '", "P2023", Kind::column, column_in_quotes, 1, ", got "},
    Form{"Error converting field \"", "P2032", Kind::column, double_quotes, 1},
    Form{"that were required but not found", "P2025", Kind::none, nothing},
    Form{"The database schema is not empty", "P3005", Kind::none, nothing},
    Form{"migrate found failed migrations in the target database", "P3009", Kind::none, nothing},
    Form{"A migration failed to apply", "P3018", Kind::none, nothing},
};

constexpr WordFinder texts_of_forms([] {
    std::array<std::string_view, forms.size()> texts;
    std::ranges::transform(forms, texts.begin(), &Form::text);
    return texts;
}());

constexpr auto texts_of_forms_and_behind = [] {
    std::array<FixedText, forms.size()> texts;
    std::ranges::transform(forms, texts.begin(), [](const Form& form) {
        return FixedText{form.text, form.must_follow};
    });
    return texts;
}();

bool fits(const Form& form, std::string_view after) {
    if (form.must_follow.empty()) return true;
    return after.substr(0, std::min(after.find('\n'), after.size())).find(form.must_follow) != std::string_view::npos;
}

/// `relation "x" does not exist`: the name, quotes and escapes removed. Unquoted for columns.
std::string name_after(std::string_view message, std::string_view word) {
    const std::size_t at = message.find(word);
    if (at == std::string_view::npos) return "";
    const std::string_view rest = message.substr(at + word.size());
    if (rest.starts_with('"')) return between(rest, '"', '"');
    return std::string(rest.substr(0, std::min(rest.find_first_of(" `'\n"), rest.size())));
}

/// `permission denied for table User`: PostgreSQL writes the name as it is, without quotes (aclchk.c).
bool read_denial(std::string_view message, Sentence& sentence) {
    constexpr std::string_view denial = "permission denied for ";
    struct Word {
        std::string_view text;
        Kind kind;
    };
    static constexpr std::array words{Word{"table ", Kind::table},         Word{"relation ", Kind::table},
                                      Word{"view ", Kind::table},          Word{"materialized view ", Kind::table},
                                      Word{"foreign table ", Kind::table}, Word{"sequence ", Kind::sequence},
                                      Word{"schema ", Kind::schema}};
    const std::size_t at = message.find(denial);
    if (at == std::string_view::npos) return false;
    const std::string_view rest = message.substr(at + denial.size());
    for (const auto& word : words) {
        if (!rest.starts_with(word.text)) continue;
        sentence.kind = word.kind;
        sentence.object = name_after(rest, word.text);
    }
    if (sentence.sqlstate.empty()) sentence.sqlstate = "42501";
    return true;
}

/// French sets its quotes off with blanks, ordinary or no-break ones.
std::string_view without_blanks(std::string_view text) {
    for (const std::string_view blank : {"\u00a0", "\u202f", " "}) {
        while (text.starts_with(blank)) text.remove_prefix(blank.size());
        while (text.ends_with(blank)) text.remove_suffix(blank.size());
    }
    return text;
}

/// The one name that a message quotes, in the quotes of its language; "" when there are several or none.
std::string only_quoted_name(std::string_view message) {
    struct Quotes {
        std::string_view open;
        std::string_view close;
    };
    static constexpr std::array languages{Quotes{"\"", "\""}, Quotes{"\u00ab", "\u00bb"},  // fr, es, ru
                                          Quotes{"\u00bb", "\u00ab"}, Quotes{"\u201e", "\u201c"},
                                          Quotes{"\u201c", "\u201d"}};
    const Quotes* first = nullptr;
    std::size_t open = message.size();
    for (const Quotes& quotes : languages) {
        const std::size_t at = message.substr(0, open).find(quotes.open);
        if (at == std::string_view::npos) continue;
        open = at;
        first = &quotes;
    }
    if (first == nullptr) return "";
    message.remove_prefix(open + first->open.size());
    const std::size_t close = message.find(first->close);
    if (close == std::string_view::npos) return "";
    if (message.find(first->open, close + first->close.size()) != std::string_view::npos) return "";
    return std::string(without_blanks(message.substr(0, close)));
}

/// Of a server that speaks another language (lc_messages): the SQLSTATE tells what is missing. Of FROM clauses, which
/// keep that word everywhere, 42P01 speaks as well.
void read_translated(std::string_view message, Sentence& sentence) {
    const auto& state = sentence.sqlstate;
    const Kind kind = state == "42P01"   ? Kind::table
                      : state == "42703" ? Kind::column
                      : state == "42704" ? Kind::type
                                         : Kind::none;
    if (kind == Kind::none || message.find("FROM") != std::string_view::npos) return;
    sentence.object = only_quoted_name(message);
    if (!sentence.object.empty()) sentence.kind = kind;
}

}  // namespace

void read_server_message(std::string_view message, Sentence& sentence) {
    struct Word {
        std::string_view text;
        Kind kind;
        std::string_view sqlstate;
    };
    static constexpr std::array words{Word{"relation ", Kind::table, "42P01"}, Word{"column ", Kind::column, "42703"},
                                      Word{"type ", Kind::type, "42704"}};
    message = message.substr(0, std::min(message.find('\n'), message.size()));
    if (const std::size_t at = message.find("for enum "); at != std::string_view::npos) {
        sentence.kind = Kind::enum_value;
        if (sentence.sqlstate.empty()) sentence.sqlstate = "22P02";
        const std::string type = name_after(message, "for enum ");
        const std::string value = name_after(message.substr(at), ": ");
        sentence.object = value.empty() ? type : type + "." + value;
        return;
    }
    if (read_denial(message, sentence)) return;
    if (message.find("does not exist") == std::string_view::npos) {
        read_translated(message, sentence);
        return;
    }
    for (const auto& word : words) {
        const std::string name = name_after(message, word.text);
        if (name.empty()) continue;
        if (sentence.sqlstate.empty()) sentence.sqlstate = word.sqlstate;
        sentence.kind = word.kind;
        sentence.object = name;
        return;
    }
}

std::span<const FixedText> fixed_texts() {
    return texts_of_forms_and_behind;
}

std::optional<Sentence> find_sentence(std::string_view text) {
    std::optional<Sentence> out;
    const auto found = texts_of_forms.find(text);
    found.each([&](std::size_t word) {
        const Form& form = forms[word];
        const std::string_view after = text.substr(found.at(word) + form.text.size() - form.back);
        if (!fits(form, after)) return false;
        out.emplace();
        out->at = found.at(word);
        out->code = form.code;
        out->kind = form.kind;
        form.fill(after, *out);
        // Without a SQLSTATE the debug print of another error, of another database.
        if (out->code.empty() && out->sqlstate.empty() && out->object.empty()) out.reset();
        return out.has_value();
    });
    return out;
}

}  // namespace migration_guard::applog
