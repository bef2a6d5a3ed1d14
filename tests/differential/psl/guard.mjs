// The guard's code, asked through a developer tool (tests/tools): a schema a line in, an answer a line out.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export class Guard {
  constructor(program, ...programArguments) {
    this.program = program
    this.child = spawn(program, programArguments, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.answers = createInterface({ input: this.child.stdout, crlfDelay: Infinity })[Symbol.asyncIterator]()
  }

  /** files are [path, text] pairs. */
  async read(files) {
    this.child.stdin.write(`${JSON.stringify(files)}\n`)
    const { value, done } = await this.answers.next()
    if (done) throw new Error(`${this.program} ended (${this.child.exitCode ?? this.child.signalCode}) on ${JSON.stringify(files)}`)
    return JSON.parse(value)
  }

  close() {
    this.child.stdin.end()
  }
}
