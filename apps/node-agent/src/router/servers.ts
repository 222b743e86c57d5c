import { isIP } from 'node:net';
import { RouterError } from './router-error.ts';
import type { ServerState } from './server-state.ts';

/** A server that a backend shall have. */
export interface DesiredServer {
  /** The node's id; it shows in errors, HAProxy knows servers by slot only. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly checkPort: number;
}

/** How the configuration names the servers that the agent may set: `slot1`, `slot2`, … */
export const SLOT_PREFIX = 'slot';

/**
 * The runtime commands that turn `current` into `desired`; none when nothing differs.
 *
 * A server keeps its slot: HAProxy's own state is the only memory, matched by address and port. Servers outside of the
 * slots and backends that `desired` does not name are left alone. The order of a backend's desired servers is their
 * precedence: when there are more of them than slots, the last ones are left out.
 *
 * A slot is enabled as *down*, and its first passed check brings it up. HAProxy would otherwise count it as up until a check
 * fails, and send writes to a replica for that long.
 *
 * Each string is one line for the runtime API; `;` joins commands that belong together.
 * @throws RouterError `invalid` for a backend without slots, or an address or port that no command may carry.
 */
export function planServerChanges(
  current: readonly ServerState[],
  desired: Readonly<Record<string, readonly DesiredServer[]>>,
  slotPrefix: string = SLOT_PREFIX,
): readonly string[] {
  return Object.entries(desired).flatMap(([backend, servers]) => {
    const slots = current
      .filter((server) => server.backend === backend && slotNumber(server, slotPrefix) !== null)
      .sort((left, right) => (slotNumber(left, slotPrefix) ?? 0) - (slotNumber(right, slotPrefix) ?? 0));
    if (slots.length === 0)
      throw new RouterError('invalid', `the router has no backend ${backend} with slots`);
    return planBackend(slots, distinct(servers).slice(0, slots.length));
  });
}

function planBackend(slots: readonly ServerState[], desired: readonly DesiredServer[]): readonly string[] {
  const assigned = new Map<ServerState, DesiredServer>();
  const homeless: DesiredServer[] = [];
  for (const server of desired) {
    const same = slots.filter((slot) => !assigned.has(slot) && endpoint(slot) === endpoint(server));
    const slot = same.find(({ inMaintenance }) => !inMaintenance) ?? same[0];
    if (slot === undefined) homeless.push(server);
    else assigned.set(slot, server);
  }
  const leaving = slots.filter((slot) => !slot.inMaintenance && !assigned.has(slot));
  const unassigned = slots.filter((slot) => !assigned.has(slot));
  // Slots in maintenance come first, so that a slot which is only now left gets time to end its connections.
  const free = [...unassigned.filter((slot) => slot.inMaintenance), ...leaving];
  for (const [index, server] of homeless.entries()) {
    const slot = free[index];
    if (slot !== undefined) assigned.set(slot, server);
  }
  return [
    ...leaving.map(retire),
    ...slots.flatMap((slot) => {
      const server = assigned.get(slot);
      return server === undefined ? [] : settle(slot, server);
    }),
  ];
}

function retire(slot: ServerState): string {
  const name = `${slot.backend}/${slot.name}`;
  return `set server ${name} state maint;shutdown sessions server ${name}`;
}

/**
 * The commands that take one server of the configuration itself in or out; none when it is as wanted. It is enabled as
 * down, like a slot.
 * @throws RouterError `invalid` for a server that the configuration does not have.
 */
export function planServerUse(
  current: readonly ServerState[],
  { backend, name }: Pick<ServerState, 'backend' | 'name'>,
  inUse: boolean,
): readonly string[] {
  const server = current.find((state) => state.backend === backend && state.name === name);
  if (server === undefined) throw new RouterError('invalid', `the router has no server ${backend}/${name}`);
  if (inUse === !server.inMaintenance) return [];
  return inUse ? [enable(`${backend}/${name}`)] : [retire(server)];
}

/** One line: between the two commands HAProxy would take the server for healthy. */
function enable(name: string): string {
  return `set server ${name} state ready;set server ${name} health down`;
}

function settle(slot: ServerState, server: DesiredServer): readonly string[] {
  const name = `${slot.backend}/${slot.name}`;
  const moved = endpoint(slot) !== endpoint(server);
  const address = moved ? [`set server ${name} addr ${server.address} port ${server.port}`] : [];
  // With no check port of its own a slot is checked on its port, and that has just moved.
  const checkMoved = slot.checkPort !== server.checkPort || (moved && slot.checkPort === slot.port);
  const check = checkMoved ? [`set server ${name} check-port ${server.checkPort}`] : [];
  const enabled = !slot.inMaintenance && !moved;
  return [...address, ...check, ...(enabled ? [] : [enable(name)])];
}

function slotNumber(server: ServerState, prefix: string): number | null {
  if (!server.name.startsWith(prefix)) return null;
  const digits = server.name.slice(prefix.length);
  return /^\d+$/.test(digits) ? Number(digits) : null;
}

function endpoint({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address}:${port}`;
}

function distinct(servers: readonly DesiredServer[]): readonly DesiredServer[] {
  const byEndpoint = new Map<string, DesiredServer>();
  for (const server of servers) {
    if (!isAddress(server.address) || !isPort(server.port) || !isPort(server.checkPort)) {
      throw new RouterError('invalid', `node ${server.key} has no usable address for the router`);
    }
    if (!byEndpoint.has(endpoint(server))) byEndpoint.set(endpoint(server), server);
  }
  return [...byEndpoint.values()];
}

function isPort(port: number): boolean {
  // HAProxy takes a larger number without a word and uses its lower 16 bits.
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function isAddress(text: string): boolean {
  // A zone means something on one machine only, and HAProxy takes none.
  return isIP(text) !== 0 && !text.includes('%');
}
