/** One line of `/etc/hosts`. */
export interface HostEntry {
  readonly address: string;
  readonly name: string;
}

/** Hosts in one block of `127.0.53.n`: 1 to 254. */
const BLOCK_SIZE = 254;
const FIRST_BLOCK = 53;

function loopback(index: number): string {
  return `127.0.${FIRST_BLOCK + Math.floor(index / BLOCK_SIZE)}.${1 + (index % BLOCK_SIZE)}`;
}

/** FNV-1a: where a name starts to look for its place, so that other names that come and go do not move it. */
function startOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % BLOCK_SIZE;
}

function freeLoopback(name: string, taken: ReadonlySet<string>): string {
  const start = startOf(name);
  for (let step = 0; step < BLOCK_SIZE; step += 1) {
    const address = loopback((start + step) % BLOCK_SIZE);
    if (!taken.has(address)) return address;
  }
  let index = BLOCK_SIZE;
  while (taken.has(loopback(index))) index += 1;
  return loopback(index);
}

/** A name may come from a peer; only one that cannot be anything but a member's gets into a hosts file. */
const MEMBER_HOST = /^[0-9a-z][0-9a-z.-]{0,240}\.fluxpg$/;

/**
 * Gives every member name an address of its own: the own name 127.0.0.1, a known one its address, every other one an
 * unused loopback address. etcd compares peer URLs by resolved address, so two names must never share one: an address
 * claimed twice goes to the name that comes first in `addresses`. Names that do not end in `.fluxpg` are left out.
 *
 * @returns the entries sorted by name; equal sets of names and addresses give equal entries
 */
export function memberHosts(options: {
  readonly names: readonly string[];
  readonly own: string;
  readonly addresses: ReadonlyMap<string, string>;
}): readonly HostEntry[] {
  const names = [...new Set([options.own, ...options.names])].filter((name) => MEMBER_HOST.test(name)).sort();
  const assigned = new Map([[options.own, '127.0.0.1']]);
  const taken = new Set(['127.0.0.1']);
  const assign = (name: string, address: string) => {
    assigned.set(name, address);
    taken.add(address);
  };
  const wanted = new Set(names);
  for (const [name, address] of options.addresses) {
    if (wanted.has(name) && !assigned.has(name) && !taken.has(address)) assign(name, address);
  }
  for (const name of names) {
    if (!assigned.has(name)) assign(name, freeLoopback(name, taken));
  }
  return names.map((name) => ({ address: assigned.get(name) ?? '', name }));
}
