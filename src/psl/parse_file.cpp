#include "psl/parse_file.hpp"

#include "psl/builder.hpp"
#include "psl/grammar.hpp"

namespace migration_guard::psl {

namespace {

namespace g = grammar;
namespace pegtl = tao::pegtl;

// ---- which rule calls what

template <typename Rule>
struct action : pegtl::nothing<Rule> {};

template <void (Builder::*method)(std::string_view)>
struct calls {
    template <typename In>
    static void apply(const In& in, Builder& builder) {
        (builder.*method)(std::string_view(in.begin(), in.size()));
    }
};

// clang-format off
template <> struct action<g::open_comment> : calls<&Builder::open_comment> {};
template <> struct action<g::block_name> : calls<&Builder::name_block> {};
template <> struct action<g::model_header> : calls<&Builder::open_model> {};
template <> struct action<g::view_header> : calls<&Builder::open_view> {};
template <> struct action<g::type_header> : calls<&Builder::open_composite> {};
template <> struct action<g::enum_header> : calls<&Builder::open_enum> {};
template <> struct action<g::datasource_header> : calls<&Builder::open_datasource> {};
template <> struct action<g::generator_header> : calls<&Builder::open_generator> {};
template <> struct action<g::unknown_header> : calls<&Builder::open_unknown> {};
template <> struct action<g::block_end> : calls<&Builder::close_block> {};
template <> struct action<g::skipped_body> : calls<&Builder::close_block> {};
template <> struct action<g::member_name> : calls<&Builder::add_member> {};
template <> struct action<g::type_name> : calls<&Builder::set_type> {};
template <> struct action<g::unsupported_text> : calls<&Builder::set_unsupported> {};
template <> struct action<g::list_mark> : calls<&Builder::make_list> {};
template <> struct action<g::optional_mark> : calls<&Builder::make_optional> {};
template <> struct action<g::field> : calls<&Builder::end_member> {};
template <> struct action<g::enum_value> : calls<&Builder::end_member> {};
template <> struct action<g::setting_name> : calls<&Builder::add_setting> {};
template <> struct action<g::setting> : calls<&Builder::end_setting> {};
template <> struct action<g::attribute_name> : calls<&Builder::add_attribute> {};
template <> struct action<g::open_arguments> : calls<&Builder::open_arguments> {};
template <> struct action<g::path_value> : calls<&Builder::add_path> {};
template <> struct action<g::number> : calls<&Builder::add_number> {};
template <> struct action<g::string_text> : calls<&Builder::add_string> {};
template <> struct action<g::open_call> : calls<&Builder::open_call> {};
template <> struct action<g::open_array> : calls<&Builder::open_array> {};
template <> struct action<g::open_object> : calls<&Builder::open_object> {};
template <> struct action<g::close_parenthesis> : calls<&Builder::close> {};
template <> struct action<g::close_bracket> : calls<&Builder::close> {};
template <> struct action<g::close_brace> : calls<&Builder::close> {};
template <> struct action<g::colon> : calls<&Builder::name_argument> {};

// ---- what is said where a rule must match and does not

template <typename Rule> constexpr const char* expected = "unexpected text";
template <> constexpr const char* expected<g::file_end> = "expected the start of a block, such as `model Name {`";
template <> constexpr const char* expected<g::block_comment_rest> = "the comment that begins here is not closed";
template <> constexpr const char* expected<g::skipped_body> = "the block that begins here is not closed";
template <> constexpr const char* expected<g::field_line> = "expected a field, an attribute with @@, or '}'";
template <> constexpr const char* expected<g::enum_line> = "expected a value of the enum, an attribute with @@, or '}'";
template <> constexpr const char* expected<g::setting_line> = "expected `name = value` or '}'";
template <> constexpr const char* expected<g::field_type> = "expected the type of the field";
template <> constexpr const char* expected<g::unsupported_rest> = "expected Unsupported(\"a type of the database\")";
template <> constexpr const char* expected<g::line_tail> = "expected an attribute, a comment or the end of the line";
template <> constexpr const char* expected<g::attribute_rest> = "expected the name of an attribute";
template <> constexpr const char* expected<g::equals> = "expected '='";
template <> constexpr const char* expected<g::argument> = "expected a value";
template <> constexpr const char* expected<g::argument_value> = "expected a value";
template <typename Close> constexpr const char* expected<g::separator<Close>> = "expected ',' or the end";
template <> constexpr const char* expected<g::closing_quote> = "expected '\"': a string ends on its line";
template <> constexpr const char* expected<g::escape_letter> = "unknown escape: a backslash is written \\\\";
template <> constexpr const char* expected<pegtl::xdigit> = "expected four hexadecimal digits";
// clang-format on

template <typename Rule>
struct control : pegtl::normal<Rule> {
    template <typename In>
    [[noreturn]] static void raise(const In& in, Builder& builder) {
        if constexpr (std::is_same_v<Rule, g::block_comment_rest>) {
            throw Unreadable{builder.comment(), expected<Rule>};
        } else {
            throw Unreadable{in.current(), builder.complaint(expected<Rule>, in.empty())};
        }
    }
};

using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf_crlf, const char*>;

Input input(std::string_view text) {
    return {text.data(), text.data() + text.size(), ""};
}

template <typename Rule>
bool parse(Input& in, Builder& builder) {
    return pegtl::parse<Rule, action, control>(in, builder);
}

}  // namespace

ParsedFile parse_file(const Source& source) {
    Builder builder(source);
    Input in = input(source.text());
    try {
        parse<g::file>(in, builder);
    } catch (const Unreadable& problem) {
        throw source.error(static_cast<std::size_t>(problem.at - source.text().data()), problem.message);
    }
    return {&source, std::move(builder.blocks())};
}

std::vector<Setting> parse_settings(const Source& source, std::size_t brace) {
    Builder builder(source);
    builder.open_datasource({});
    std::vector<Setting>& settings = builder.blocks().back().settings;
    Input in = input(source.text().substr(brace));
    try {
        parse<g::block_start>(in, builder);
        while (parse<g::gap>(in, builder), !in.empty() && !parse<g::block_end>(in, builder)) {
            const std::size_t good = settings.size();
            Input line = input(source.text().substr(static_cast<std::size_t>(in.current() - source.text().data())));
            try {
                parse<g::must<g::setting_line>>(line, builder);
                in.bump_in_this_line(static_cast<std::size_t>(line.current() - in.current()));
            } catch (const Unreadable& problem) {
                if (settings.size() > good) {
                    builder.drop_setting();
                }
                if (problem.at == builder.comment()) {
                    break;  // it never ends, and to find that out once is enough
                }
                parse<g::rest_of_line>(in, builder);
            }
        }
    } catch (const Unreadable&) {  // a comment that never ends; what was found before it stands
    }
    return std::move(settings);
}

}  // namespace migration_guard::psl
