import { createVolume, emptyContent, type Volume, type VolumeContent } from '../disk/volume.ts';
import { createContainer } from '../node/container.ts';
import type { World } from './world.ts';

/** What Flux, its machines and their operators do to the instances of the app. */
export interface Instances {
  /** A new instance on a new machine with an empty volume; listed at once unless told otherwise. */
  readonly add: (options?: { readonly listed?: boolean }) => string;
  readonly keys: () => readonly string[];
  /** Instances whose machine exists. */
  readonly present: () => readonly string[];
  readonly running: () => readonly string[];
  /** The container ends; its machine refuses connections. */
  readonly stop: (key: string) => void;
  /** A container on the volume that the instance had, or on an empty one. */
  readonly start: (key: string, volume: 'kept' | 'emptied') => void;
  /** The machine is gone with its volume. */
  readonly lose: (key: string) => void;
  readonly delist: (key: string) => void;
  readonly list: (key: string) => void;
  /** Another address; the old one leads nowhere, and open connections break without anybody noticing. */
  readonly move: (key: string, address?: string) => void;
  readonly swap: (left: string, right: string) => void;
  /** The volume's content as it is now. */
  readonly backup: (key: string) => VolumeContent;
  /** The container is stopped, its volume set back to an old content. */
  readonly restore: (key: string, content: VolumeContent) => void;
  readonly setVolumeListener: (listener: VolumeListener) => void;
}

/** Told of each change of a volume. */
export type VolumeListener = (volume: Volume, before: VolumeContent, after: VolumeContent) => void;

/** Gives a world its instances. */
export function createInstances(world: World): Instances {
  const { network, flux, containers, volumes, trace } = world;
  const addresses = new Map<string, string>();
  const mounted = new Map<string, Volume>();
  let made = 0;
  let lastHost = 0;
  let listener: VolumeListener = () => undefined;
  const newAddress = () => {
    lastHost += 1;
    return `10.1.${Math.floor(lastHost / 250)}.${1 + (lastHost % 250)}`;
  };
  const mount = (key: string, content?: VolumeContent) => {
    const volume = createVolume(`${key}/${volumes.length}`, content);
    volume.onChange = (before, after) => listener(volume, before, after);
    volumes.push(volume);
    mounted.set(key, volume);
    return volume;
  };
  const boot = (key: string, volume: Volume) => {
    containers.set(key, createContainer(world, key, volume));
    world.reachabilityChanged();
    trace.add(key, 'container starts');
  };
  const addressOf = (key: string) => addresses.get(key) ?? '';
  const stop = (key: string) => {
    containers.get(key)?.kill();
    world.reachabilityChanged();
    trace.add(key, 'container ends');
  };
  const move = (key: string, address: string = newAddress()) => {
    const old = addressOf(key);
    const isListed = flux.registered().includes(old);
    if (isListed) flux.deregister(old);
    network.assign(key, address);
    addresses.set(key, address);
    if (isListed) flux.register(address);
    world.etcd.breakOff(key);
    world.reachabilityChanged();
    trace.add(key, `moves to ${address}`);
  };
  return {
    add: ({ listed = true } = {}) => {
      made += 1;
      const key = `n${made}`;
      const address = newAddress();
      network.assign(key, address);
      addresses.set(key, address);
      if (listed) flux.register(address);
      boot(key, mount(key));
      return key;
    },
    keys: () => [...mounted.keys()],
    present: () => [...mounted.keys()].filter((key) => mounted.get(key)?.destroyed === false),
    running: () => [...containers.values()].filter((container) => container.isUp()).map(({ key }) => key),
    stop,
    start: (key, kind) => {
      stop(key);
      const old = mounted.get(key);
      if (old === undefined || old.destroyed) return;
      if (kind === 'kept') boot(key, old);
      else {
        old.destroyed = true;
        boot(key, mount(key));
      }
    },
    lose: (key) => {
      stop(key);
      const volume = mounted.get(key);
      if (volume !== undefined) volume.destroyed = true;
      network.vacate(addressOf(key));
      trace.add(key, 'machine is lost');
    },
    delist: (key) => flux.deregister(addressOf(key)),
    list: (key) => flux.register(addressOf(key)),
    move,
    swap: (left, right) => {
      const [leftAddress, rightAddress] = [addressOf(left), addressOf(right)];
      const spare = newAddress();
      move(left, spare);
      move(right, leftAddress);
      move(left, rightAddress);
    },
    backup: (key) => {
      const volume = mounted.get(key);
      const etcd = containers.get(key)?.etcd()?.dataDir();
      return { ...(volume?.content ?? emptyContent), ...(etcd === undefined ? {} : { etcd }) };
    },
    restore: (key, content) => {
      stop(key);
      const volume = mounted.get(key);
      // Nobody is told: what is put back over the newer content is no deed of the protocol.
      if (volume !== undefined) volume.content = content;
    },
    setVolumeListener: (next) => {
      listener = next;
    },
  };
}
