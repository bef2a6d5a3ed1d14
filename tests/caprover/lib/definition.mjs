// The rules by which CapRover's server takes a captain-definition (src/user/ImageMaker.ts, getCaptainDefinition, of
// caprover/caprover 1.2 to 1.15), written down anew from what it does. Not its code.
export function serverTakes(text) {
  const definition = JSON.parse(text.replace(/^\uFEFF/, '')) // fs-extra's readJson drops a byte order mark
  if (!definition.schemaVersion) throw new Error('no schemaVersion')
  if (definition.schemaVersion !== 2) throw new Error('schemaVersion is not 2')
  const { templateId, imageName, dockerfilePath, dockerfileLines } = definition
  const lines = dockerfileLines?.length > 0 ? dockerfileLines : undefined
  const selectors = [templateId, imageName, dockerfilePath, lines].filter(Boolean)
  if (selectors.length !== 1)
    throw new Error(`${selectors.length} of templateId, imageName, dockerfilePath, dockerfileLines`)
  if (dockerfilePath?.startsWith('..')) throw new Error('dockerfilePath leaves the context')
  return definition
}
