// Finds many words in a text at one go: a line of errors is asked for some thirty fixed texts.
//
// Not the prefilter (prefilter.hpp), which passes over gigabytes in which there is nothing; this is for the lines that
// are left. Keeps true: for every word the answer is that of std::string_view::find.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace migration_guard::applog {

/// Of at most 64 words of at least 4 bytes each: to be made at compile time, where a shorter one does not compile.
template <std::size_t size>
class WordFinder {
public:
    static_assert(size <= 64, "one bit for each word");

    /// Which words stand in a text, and where the first of each.
    class Found {
    public:
        [[nodiscard]] bool has(std::size_t word) const { return (words_ >> word & 1U) != 0; }
        /// Only for a word that is there.
        [[nodiscard]] std::size_t at(std::size_t word) const { return at_[word]; }

        /// Calls `take(word)` for each word that is there, in the order of the list, until it returns true.
        template <class Take>
        void each(Take take) const {
            for (auto rest = words_; rest != 0; rest &= rest - 1)
                if (take(static_cast<std::size_t>(std::countr_zero(rest)))) return;
        }

    private:
        friend WordFinder;
        std::uint64_t words_ = 0;
        std::array<std::size_t, size> at_;  // NOLINT: only what words_ says is ever read, and all of it costs time
    };

    constexpr explicit WordFinder(const std::array<std::string_view, size>& words) : words_(words) {
        for (std::size_t word = size; word-- > 0;) {
            if (words[word].size() < word_front) throw std::invalid_argument("too short to be found");
            front_[word] = front(words[word].data());
            auto& first = first_[slot(front_[word])];
            next_[word] = first;
            first = static_cast<std::uint8_t>(word + 1);
        }
    }

    [[nodiscard]] Found find(std::string_view text) const {
        Found out;
        for (std::size_t at = 0; at + word_front <= text.size(); ++at) {
            const std::uint32_t here = front(text.data() + at);
            for (std::size_t next = first_[slot(here)]; next != 0; next = next_[next - 1])
                if (front_[next - 1] == here && !out.has(next - 1) && text.substr(at).starts_with(words_[next - 1])) {
                    out.words_ |= std::uint64_t{1} << (next - 1);
                    out.at_[next - 1] = at;
                }
        }
        return out;
    }

private:
    static constexpr std::size_t word_front = 4;

    /// The first bytes of a word, of which there are `word_front`, as one number.
    static constexpr std::uint32_t front(const char* word) {
        std::array<char, word_front> bytes{};
        for (std::size_t i = 0; i < word_front; ++i) bytes[i] = word[i];
        return std::bit_cast<std::uint32_t>(bytes);
    }

    static constexpr std::size_t slot(std::uint32_t front) {
        constexpr std::uint32_t golden = 0x9E3779B1U;  // Knuth's multiplicative hash
        return front * golden >> 22U;
    }

    std::array<std::string_view, size> words_;
    std::array<std::uint32_t, size> front_{};
    std::array<std::uint8_t, 1024> first_{};  ///< by slot: the first word there, counted from 1
    std::array<std::uint8_t, size> next_{};   ///< by word: the next with the same slot
};

}  // namespace migration_guard::applog
