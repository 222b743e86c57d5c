import { connectEngine, createVolume } from '../engine/engine.ts';
import { runOnce } from '../engine/one-shot.ts';
import { VOLUME_PATH } from './cluster-options.ts';
import type { ClusterNode } from './node.ts';

/** Where a saved state of a volume is mounted while it is copied. */
const SAVED_PATH = '/saved';

/**
 * Runs a shell script in the directory of a node's volume, as root. The node should not run.
 *
 * @returns its output.
 */
export async function onVolume({ name, volume }: ClusterNode, script: string): Promise<string> {
  const command = ['sh', '-ec', `cd ${VOLUME_PATH}\n${script}`];
  return await runOnce(command, { name: `${name}-volume-work`, binds: [`${volume}:${VOLUME_PATH}`] });
}

/** What a node's volume holds of etcd is lost. */
export async function loseEtcdData(node: ClusterNode): Promise<void> {
  await onVolume(node, 'rm -rf etcd');
}

/** The volume is lost, and an empty one is in its place. */
export async function emptyVolume(node: ClusterNode): Promise<void> {
  await onVolume(node, 'find . -mindepth 1 -delete');
}

async function copyVolume(node: ClusterNode, script: string): Promise<void> {
  const saved = `${node.volume}-saved`;
  await runOnce(['sh', '-ec', script], {
    name: `${node.name}-volume-work`,
    binds: [`${node.volume}:${VOLUME_PATH}`, `${saved}:${SAVED_PATH}`],
  });
}

/** Keeps a copy of what the volume holds now, as a backup or a snapshot of the host does. */
export async function saveVolume(node: ClusterNode): Promise<void> {
  await createVolume(await connectEngine(), `${node.volume}-saved`);
  await copyVolume(node, `find ${SAVED_PATH} -mindepth 1 -delete; cp -a ${VOLUME_PATH}/. ${SAVED_PATH}/`);
}

/** Puts back what {@link saveVolume} kept. */
export async function restoreVolume(node: ClusterNode): Promise<void> {
  await copyVolume(node, `find ${VOLUME_PATH} -mindepth 1 -delete; cp -a ${SAVED_PATH}/. ${VOLUME_PATH}/`);
}

/** Puts back of what {@link saveVolume} kept only etcd's data. */
export async function restoreEtcdData(node: ClusterNode): Promise<void> {
  await copyVolume(node, `rm -rf ${VOLUME_PATH}/etcd; cp -a ${SAVED_PATH}/etcd ${VOLUME_PATH}/etcd`);
}
