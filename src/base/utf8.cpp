#include "base/utf8.hpp"

namespace migration_guard {
namespace {

struct Lead {
    std::size_t continuations = 0;
    char32_t bits = 0;
    unsigned char second_low = 0x80;  ///< narrower after some leads: no overlong form, surrogate or value over U+10FFFF
    unsigned char second_high = 0xBF;
    bool valid = false;
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) return {.continuations = 0, .bits = byte, .valid = true};
    if (byte >= 0xC2 && byte <= 0xDF) return {.continuations = 1, .bits = byte & 0x1FU, .valid = true};
    if (byte >= 0xE0 && byte <= 0xEF) {
        Lead lead{.continuations = 2, .bits = byte & 0x0FU, .valid = true};
        if (byte == 0xE0) lead.second_low = 0xA0;
        if (byte == 0xED) lead.second_high = 0x9F;
        return lead;
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        Lead lead{.continuations = 3, .bits = byte & 0x07U, .valid = true};
        if (byte == 0xF0) lead.second_low = 0x90;
        if (byte == 0xF4) lead.second_high = 0x8F;
        return lead;
    }
    return {};
}

}  // namespace

Utf8Step utf8_step(std::string_view text, std::size_t at) {
    constexpr char32_t replacement = 0xFFFD;
    const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
    if (!lead.valid) return {.code_point = replacement, .length = 1, .well_formed = false};
    char32_t code_point = lead.bits;
    for (std::size_t i = 1; i <= lead.continuations; ++i) {
        const auto byte = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
        const unsigned low = i == 1 ? lead.second_low : 0x80U;
        const unsigned high = i == 1 ? lead.second_high : 0xBFU;
        if (byte < low || byte > high) return {.code_point = replacement, .length = i, .well_formed = false};
        code_point = (code_point << 6U) | (byte & 0x3FU);
    }
    return {.code_point = code_point, .length = lead.continuations + 1, .well_formed = true};
}

}  // namespace migration_guard
