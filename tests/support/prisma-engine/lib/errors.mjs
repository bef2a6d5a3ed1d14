// From whatever the engine threw to the P code and text that its answer carries.

// A refused connection arrives without its code; the text is the engine's own.
const CODES_BY_TEXT = [
  [/^Authentication failed against database server/, 'P1000'],
  [/^Can't reach database server/, 'P1001'],
  [/was reached but timed out/, 'P1002'],
  [/^Database `[^`]*` does not exist/, 'P1003'],
  [/was denied access on the database/, 'P1010'],
  [/^Error opening a TLS connection/, 'P1011'],
  [/^Server has closed the connection/, 'P1017'],
]

export function describeError(error) {
  const message = String(error?.message ?? error)
  const code = typeof error?.code === 'string' ? error.code : CODES_BY_TEXT.find(([text]) => text.test(message))?.[1]
  return { code, message: code ? message.replace(/\n$/, '') : `${message}\n`, meta: error?.meta ?? (code ? {} : null) }
}
