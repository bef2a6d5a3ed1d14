#include "prisma/checksum.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace migration_guard::prisma {
namespace {

/// Looked up once: every use of EVP_sha256() would search the providers anew. And before OpenSSL does anything else it
/// is kept from reading the image's openssl.cnf, through which it would load the image's modules.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = [] {
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
        return EVP_MD_fetch(nullptr, "SHA256", nullptr);
    }();
    if (fetched == nullptr) throw std::runtime_error("OpenSSL knows no SHA-256");
    return fetched;
}

std::string to_hex(const unsigned char* bytes, unsigned int length) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(length * 2UL);
    for (unsigned int i = 0; i < length; ++i) {
        hex += digits[bytes[i] >> 4U];
        hex += digits[bytes[i] & 15U];
    }
    return hex;
}

/// Every occurrence of `from` replaced, left to right, without looking at the result again: Rust's str::replace.
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    result.reserve(text.size() + text.size() / 16);
    for (;;) {
        const auto at = text.find(from);
        result.append(text.substr(0, at));
        if (at == std::string_view::npos) return result;
        result.append(to);
        text.remove_prefix(at + from.size());
    }
}

}  // namespace

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    return to_hex(digest.data(), length);
}

Checksums checksums_of(std::string_view script) {
    Checksums sums;
    sums.as_is = sha256(script);
    const bool has_crlf = script.find("\r\n") != std::string_view::npos;
    const bool has_lf = script.find('\n') != std::string_view::npos;
    sums.lf = has_crlf ? sha256(replaced(script, "\r\n", "\n")) : sums.as_is;
    sums.crlf = has_lf ? sha256(replaced(script, "\n", "\r\n")) : sums.as_is;
    return sums;
}

}  // namespace migration_guard::prisma
