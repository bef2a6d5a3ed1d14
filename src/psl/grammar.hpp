// The grammar of schema.prisma as PEGTL rules, after prisma-engines psl/schema-ast/src/parser/datamodel.pest.
//
// Not the building of values (parse_file.cpp attaches that to the rules). Keeps true: no rule that builds something is
// entered on trial and taken back, so parsing is linear and nothing is built twice.
//
// Laxer than Prisma on purpose: arguments may span lines and end in a comma, any non-ASCII character may stand in a
// name, values may be objects, blocks of unknown kind are skipped. What Prisma refuses never reaches an image that
// works.
#pragma once

#include <tao/pegtl.hpp>

namespace migration_guard::psl::grammar {

namespace pegtl = tao::pegtl;
using pegtl::at;
using pegtl::if_must;
using pegtl::must;
using pegtl::one;
using pegtl::opt;
using pegtl::plus;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;
using pegtl::until;

// ---- characters: Prisma's WHITESPACE is tab and Unicode's category Zs; lines end with \n, \r\n or \r
struct wide_blank
    : pegtl::utf8::ranges<0x2000, 0x200A, 0xA0, 0xA0, 0x1680, 0x1680, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000> {
};
struct non_ascii : pegtl::range<'\x80', '\xFF'> {};
struct blank : sor<one<' ', '\t'>, seq<at<non_ascii>, wide_blank>> {};
struct blanks : star<blank> {};
struct line_end : sor<one<'\n'>, seq<one<'\r'>, opt<one<'\n'>>>> {};
struct rest_of_line : star<pegtl::not_one<'\n', '\r'>> {};

// ---- comments
struct line_comment : seq<pegtl::two<'/'>, rest_of_line> {};
struct block_comment_rest : until<pegtl::string<'*', '/'>> {};
struct open_comment : pegtl::string<'/', '*'> {};
struct block_comment : if_must<open_comment, block_comment_rest> {};
struct comment : seq<at<one<'/'>>, sor<line_comment, block_comment>> {};
struct gap : star<sor<blank, line_end, comment>> {};
struct line_tail : seq<blanks, star<block_comment, blanks>, opt<line_comment>, sor<line_end, pegtl::eof>> {};

// ---- words
struct name_character : sor<pegtl::alnum, one<'_', '-'>, seq<at<non_ascii>, pegtl::not_at<wide_blank>, pegtl::any>> {};
struct word : seq<pegtl::not_at<one<'_', '-'>>, plus<name_character>> {};
struct path : seq<word, star<one<'.'>, opt<word>>> {};

// ---- strings, as JSON has them
struct escape_letter : sor<one<'"', '\\', '/', 'b', 'f', 'n', 'r', 't'>,
                           if_must<one<'u'>, pegtl::xdigit, pegtl::xdigit, pegtl::xdigit, pegtl::xdigit>> {};
struct escape : if_must<one<'\\'>, escape_letter> {};
struct plain : pegtl::not_one<'"', '\\', '\0', '\x01', '\x02', '\x03', '\x04', '\x05', '\x06', '\x07', '\x08', '\x09',
                              '\x0A', '\x0B', '\x0C', '\x0D', '\x0E', '\x0F', '\x10', '\x11', '\x12', '\x13', '\x14',
                              '\x15', '\x16', '\x17', '\x18', '\x19', '\x1A', '\x1B', '\x1C', '\x1D', '\x1E', '\x1F'> {
};
struct characters : star<sor<plus<plain>, escape>> {};
struct string_text : characters {};
struct closing_quote : one<'"'> {};
struct string : if_must<one<'"'>, string_text, closing_quote> {};

// ---- values
struct value;
struct colon : one<':'> {};
struct argument_value : sor<value> {};
struct named_rest : if_must<colon, gap, argument_value> {};
struct argument : seq<value, gap, opt<named_rest, gap>> {};
template <typename Close>
struct separator : sor<seq<one<','>, gap>, at<Close>> {};
template <typename Close>
struct items : seq<gap, until<Close, must<argument, separator<Close>>>> {};

struct close_parenthesis : one<')'> {};
struct close_bracket : one<']'> {};
struct close_brace : one<'}'> {};
struct open_call : one<'('> {};
struct open_array : one<'['> {};
struct open_object : one<'{'> {};

struct call_rest : if_must<open_call, items<close_parenthesis>> {};
struct array : if_must<open_array, items<close_bracket>> {};
struct object : if_must<open_object, items<close_brace>> {};
struct number : seq<opt<one<'-'>>, plus<pegtl::digit>, opt<one<'.'>, plus<pegtl::digit>>,
                    pegtl::not_at<sor<name_character, one<'.'>>>> {};
struct path_value : path {};
struct path_or_call : seq<path_value, opt<blanks, call_rest>> {};
struct value : sor<string, array, number, path_or_call, object> {};

// ---- attributes
struct attribute_name : path {};
struct open_arguments : one<'('> {};
struct attribute_arguments : if_must<open_arguments, items<close_parenthesis>> {};
struct attribute_rest : seq<blanks, attribute_name, opt<blanks, attribute_arguments>> {};
struct block_attribute : if_must<pegtl::two<'@'>, attribute_rest, line_tail> {};
struct member_attribute : if_must<one<'@'>, attribute_rest> {};
struct member_attributes : star<blanks, member_attribute> {};

// ---- fields and enum values: one line each
struct type_name : word {};
struct unsupported_text : characters {};
struct unsupported_rest : seq<blanks, one<'"'>, unsupported_text, one<'"'>, blanks, one<')'>> {};
struct unsupported
    : if_must<pegtl::string<'U', 'n', 's', 'u', 'p', 'p', 'o', 'r', 't', 'e', 'd', '('>, unsupported_rest> {};
struct list_mark : pegtl::string<'[', ']'> {};
struct optional_mark : one<'?'> {};
struct field_type : seq<sor<unsupported, type_name>, opt<blanks, sor<list_mark, optional_mark>>> {};
struct member_name : word {};
struct field : if_must<member_name, blanks, field_type, member_attributes, line_tail> {};
struct enum_value : if_must<member_name, member_attributes, line_tail> {};

// ---- settings of a datasource or generator
struct setting_name : word {};
struct equals : one<'='> {};
struct setting : if_must<setting_name, blanks, equals, blanks, opt<value>, line_tail> {};

// ---- blocks. The line of the opening brace is dropped to its end, as Prisma drops it; the keyword and the name need
// no blank between them (`modelUser {` is a model User).
struct model_word : pegtl::string<'m', 'o', 'd', 'e', 'l'> {};
struct view_word : pegtl::string<'v', 'i', 'e', 'w'> {};
struct type_word : pegtl::string<'t', 'y', 'p', 'e'> {};
struct enum_word : pegtl::string<'e', 'n', 'u', 'm'> {};
struct datasource_word : pegtl::string<'d', 'a', 't', 'a', 's', 'o', 'u', 'r', 'c', 'e'> {};
struct generator_word : pegtl::string<'g', 'e', 'n', 'e', 'r', 'a', 't', 'o', 'r'> {};

struct open_block : one<'{'> {};
struct block_name : word {};
template <typename Keyword>
struct header : seq<Keyword, blanks, block_name, blanks, at<open_block>> {};
struct model_header : header<model_word> {};
struct view_header : header<view_word> {};
struct type_header : header<type_word> {};
struct enum_header : header<enum_word> {};
struct datasource_header : header<datasource_word> {};
struct generator_header : header<generator_word> {};
struct unknown_header : seq<plus<word, blanks>, at<open_block>> {};

struct block_start : seq<open_block, rest_of_line, line_end> {};
struct block_end : one<'}'> {};

struct field_line : sor<block_attribute, field> {};
struct enum_line : sor<block_attribute, enum_value> {};
struct setting_line : setting {};
struct model_body : seq<block_start, gap, until<block_end, must<field_line>, gap>> {};
struct enum_body : seq<block_start, gap, until<block_end, must<enum_line>, gap>> {};
struct settings_body : seq<block_start, gap, until<block_end, must<setting_line>, gap>> {};

/// To the brace that closes the one it stands at; braces within strings and comments do not count. A loop and not a
/// recursion, since an unknown block may be anything.
struct skipped_body {
    using rule_t = skipped_body;
    using subs_t = pegtl::empty_list;

    template <typename Input>
    static bool match(Input& in) {
        std::size_t depth = 0;
        while (!in.empty()) {
            const char c = in.peek_char();
            if (c == '{') {
                ++depth;
            }
            if (c == '}' && --depth == 0) {
                in.bump();
                return true;
            }
            skip_one(in);
        }
        return false;
    }

private:
    template <typename Input>
    static void skip_one(Input& in) {
        using quoted = seq<one<'"'>, star<sor<plus<plain>, seq<one<'\\'>, pegtl::not_one<'\n', '\r'>>>>, opt<one<'"'>>>;
        using commented = sor<line_comment, seq<open_comment, until<sor<pegtl::string<'*', '/'>, pegtl::eof>>>>;
        using skipped = sor<quoted, commented, pegtl::any>;
        (void)pegtl::parse<skipped>(in);
    }
};

struct block
    : sor<if_must<sor<model_header, view_header, type_header>, model_body>, if_must<enum_header, enum_body>,
          if_must<sor<datasource_header, generator_header>, settings_body>, if_must<unknown_header, skipped_body>> {};

struct file_end : pegtl::eof {};
struct file : seq<gap, star<block, gap>, must<file_end>> {};

}  // namespace migration_guard::psl::grammar
