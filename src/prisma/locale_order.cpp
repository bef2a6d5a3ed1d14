#include "prisma/locale_order.hpp"

#include "base/utf8.hpp"
#include "prisma/project.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace migration_guard::prisma {
namespace {

/// What the collation compares a character by: first all primaries of a name, then all secondaries (accents), then
/// all tertiaries (case).
struct Weights {
    std::uint32_t primary = 0;  ///< 0: the character is only an accent on the one before
    std::uint8_t secondary = 0;
    std::uint8_t tertiary = 0;
};

constexpr std::uint8_t lower = 1;
constexpr std::uint8_t upper = 2;
constexpr std::uint8_t ligature = 3;
constexpr std::uint32_t first_digit = 100;
constexpr std::uint32_t first_letter = 200;
constexpr std::uint32_t beyond = 1000;

/// Whitespace, punctuation and symbols in the order of the CLDR root collation; all of them count and sort before
/// digits.
constexpr std::u32string_view symbols = U"\t\n\v\f\r _-,;:!¡?¿.·'\"«»()[]{}§¶@*/\\&#%`^°©®+±÷×<=>¬|¦~¤¢$£¥";

/// Composed letters by accent, the accents in the order of the collation.
struct Accent {
    char32_t combining;
    std::u32string_view composed;
    std::string_view base;
};
constexpr std::array accents{
    Accent{0x301, U"ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹź", "AEIOUYaeiouyCcLlNnRrSsZz"},
    Accent{0x300, U"ÀÈÌÒÙàèìòù", "AEIOUaeiou"},
    Accent{0x306, U"ĂăĔĕĞğĬĭŎŏŬŭ", "AaEeGgIiOoUu"},
    Accent{0x302, U"ÂÊÎÔÛâêîôûĈĉĜĝĤĥĴĵŜŝŴŵŶŷ", "AEIOUaeiouCcGgHhJjSsWwYy"},
    Accent{0x30c, U"ČčĎďĚěĽľŇňŘřŠšŤťŽž", "CcDdEeLlNnRrSsTtZz"},
    Accent{0x30a, U"ÅåŮů", "AaUu"},
    Accent{0x308, U"ÄËÏÖÜäëïöüÿŸ", "AEIOUaeiouyY"},
    Accent{0x30b, U"ŐőŰű", "OoUu"},
    Accent{0x303, U"ÃÑÕãñõĨĩŨũ", "ANOanoIiUu"},
    Accent{0x307, U"ĊċĖėĠġİŻż", "CcEeGgIZz"},
    Accent{0x338, U"ØøĐđŁłĦħ", "OoDdLlHh"},  // an overlay that Unicode does not decompose, but the collation does
    Accent{0x327, U"ÇçĢģĶķĻļŅņŖŗŞşŢţ", "CcGgKkLlNnRrSsTt"},
    Accent{0x328, U"ĄąĘęĮįŲų", "AaEeIiUu"},
    Accent{0x304, U"ĀāĒēĪīŌōŪū", "AaEeIiOoUu"},
};

struct Expansion {
    char32_t letter;
    std::string_view text;
};
constexpr std::array expansions{Expansion{U'ß', "ss"}, Expansion{U'æ', "ae"}, Expansion{U'Æ', "AE"},
                                Expansion{U'œ', "oe"}, Expansion{U'Œ', "OE"}};

bool is_ignored(char32_t c) {
    return c < 0x09 || (c >= 0x0e && c < 0x20) || (c >= 0x7f && c < 0xa0) || c == 0xad;
}

std::optional<Weights> weights_of_ascii_word(char32_t c) {
    if (c >= U'0' && c <= U'9') return Weights{first_digit + (c - U'0'), 1, lower};
    if (c >= U'a' && c <= U'z') return Weights{first_letter + (c - U'a'), 1, lower};
    if (c >= U'A' && c <= U'Z') return Weights{first_letter + (c - U'A'), 1, upper};
    return std::nullopt;
}

std::uint8_t secondary_of(std::size_t accent) {
    return static_cast<std::uint8_t>(2 + accent);
}

/// The three levels of a name under construction.
class Key {
public:
    void add(Weights weights) {
        if (weights.primary != 0) {
            primary_ += static_cast<char>(weights.primary >> 16U & 0xffU);
            primary_ += static_cast<char>(weights.primary >> 8U & 0xffU);
            primary_ += static_cast<char>(weights.primary & 0xffU);
        }
        secondary_ += static_cast<char>(weights.secondary);
        tertiary_ += static_cast<char>(weights.tertiary);
    }

    [[nodiscard]] std::string joined() const {
        return primary_ + std::string(3, '\0') + secondary_ + '\0' + tertiary_ + '\0';
    }

private:
    std::string primary_;
    std::string secondary_;
    std::string tertiary_;
};

bool add_accented(Key& key, char32_t c) {
    for (std::size_t i = 0; i < accents.size(); ++i) {
        if (c == accents[i].combining) {
            key.add({0, secondary_of(i), lower});
            return true;
        }
        const auto at = accents[i].composed.find(c);
        if (at == std::u32string_view::npos) continue;
        key.add(*weights_of_ascii_word(static_cast<unsigned char>(accents[i].base[at])));
        key.add({0, secondary_of(i), lower});
        return true;
    }
    return false;
}

bool add_expansion(Key& key, char32_t c) {
    for (const auto& expansion : expansions) {
        if (expansion.letter != c) continue;
        for (const char letter : expansion.text) {
            auto weights = *weights_of_ascii_word(static_cast<unsigned char>(letter));
            if (c == U'ß') weights.tertiary = ligature;
            key.add(weights);
            // æ and œ are an accent apart from "ae" and "oe", ß only a ligature from "ss".
            if (c != U'ß' && letter != 'e' && letter != 'E') key.add({0, secondary_of(accents.size()), lower});
        }
        return true;
    }
    return false;
}

void add(Key& key, char32_t c) {
    if (is_ignored(c)) return;
    if (const auto weights = weights_of_ascii_word(c)) return key.add(*weights);
    const auto symbol = symbols.find(c);
    if (symbol != std::u32string_view::npos) return key.add({static_cast<std::uint32_t>(1 + symbol), 1, lower});
    if (add_accented(key, c) || add_expansion(key, c)) return;
    key.add({beyond + c, 1, lower});
}

}  // namespace

std::string collation_key(std::string_view name) {
    Key key;
    for (std::size_t at = 0; at < name.size();) {
        const auto step = utf8_step(name, at);
        add(key, step.code_point);
        at += step.length;
    }
    return key.joined();
}

bool locale_less(const std::string& left, const std::string& right) {
    const auto order = collation_key(left).compare(collation_key(right));
    return order != 0 ? order < 0 : left < right;
}

}  // namespace migration_guard::prisma
