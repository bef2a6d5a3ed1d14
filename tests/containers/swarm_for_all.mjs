// One Swarm, with CapRover's network, for a whole run of the suite: node swarm_for_all.mjs begin|end (CTest fixtures; by hand
// each file makes its own).
//
// Leaving a Swarm wipes the engine's DNS records of *all* networks (libnetwork, cleanupServiceDiscovery), so that
// containers of other tests no longer find each other: nobody may leave while another test runs.
import { docker, dockerText, requireEngine } from './lib/docker.mjs'
import { ANCHOR, holdNetwork, joinSwarm, makeNetwork, removeOurNetwork, swarmState } from './lib/swarm.mjs'

await requireEngine()

const node = () => dockerText('info', '-f', '{{.Swarm.NodeID}}')
const OURS = 'guard-test' // a label of the node: a Swarm of somebody else's is used, and left as it was
if (process.argv[2] === 'begin') {
  if (await joinSwarm()) await docker(['node', 'update', '--label-add', `${OURS}=1`, await node()])
  await makeNetwork()
  await docker(['rm', '-fv', ANCHOR], { check: false })
  await holdNetwork()
} else if ((await swarmState()) === 'active') {
  await docker(['rm', '-fv', ANCHOR], { check: false })
  await removeOurNetwork()
  const label = await dockerText('node', 'inspect', '-f', `{{index .Spec.Labels "${OURS}"}}`, await node())
  if (label === '1') await docker(['swarm', 'leave', '--force'])
}
