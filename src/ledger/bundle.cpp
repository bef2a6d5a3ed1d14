#include "ledger/bundle.hpp"

#include <algorithm>
#include <array>

namespace migration_guard {
namespace {

constexpr std::size_t padded_length = 64;

/// Prisma before 2.24 printed each byte without its leading zero (prisma-engines#1887).
std::string without_padding(std::string_view hex) {
    std::string text;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        if (hex[i] != '0') text += hex[i];
        text += hex[i + 1];
    }
    return text;
}

}  // namespace

bool matches(const Checksums& checksums, std::string_view recorded) {
    const bool legacy = !recorded.empty() && recorded.size() != padded_length;
    const std::array spellings{&checksums.as_is, &checksums.lf, &checksums.crlf};
    return std::ranges::any_of(spellings, [&](const std::string* checksum) {
        return recorded == (legacy ? without_padding(*checksum) : *checksum);
    });
}

}  // namespace migration_guard
