// The guard's parser, asked through the developer tool psl_dump: a schema a line in, an answer a line out.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export class Guard {
  constructor(program) {
    this.child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.answers = createInterface({ input: this.child.stdout, crlfDelay: Infinity })[Symbol.asyncIterator]()
  }

  /** files are [path, text] pairs. */
  async read(files) {
    this.child.stdin.write(`${JSON.stringify(files)}\n`)
    const { value, done } = await this.answers.next()
    if (done) throw new Error(`psl_dump ended (${this.child.exitCode ?? this.child.signalCode}) on ${JSON.stringify(files)}`)
    return JSON.parse(value)
  }

  close() {
    this.child.stdin.end()
  }
}
