// A seeded source of randomness, so that a failing schema can be made again from its number.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0
  }

  /** Uniform in [0, 1): mulberry32. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  below(limit) {
    return Math.floor(this.next() * limit)
  }

  between(low, high) {
    return low + this.below(high - low + 1)
  }

  chance(probability) {
    return this.next() < probability
  }

  pick(items) {
    return items[this.below(items.length)]
  }

  /** Some of the items, in their order. */
  some(items, probability = 0.5) {
    return items.filter(() => this.chance(probability))
  }

  shuffled(items) {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[copy[i], copy[j]] = [copy[j], copy[i]]
    }
    return copy
  }
}
