// @ts-check
/**
 * A preload (`node --import`) that shuts a process in: every TCP connection it opens leads to one port of loopback, whatever
 * host and port are asked for, and everything else that could reach a network is refused. A request keeps its `Host`, by
 * which the mock of Flux knows which node is meant.
 *
 * `LEAD_TO_MOCK_PORT` is that port. `LEAD_TO_MOCK_REFUSED` names connections that fail as on a closed port, such as
 * `8.8.4.1:5432,10.0.0.1:16127`.
 */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { env } from 'node:process';
import tls from 'node:tls';

const { LEAD_TO_MOCK_PORT, LEAD_TO_MOCK_REFUSED = '' } = env;
const mockPort = Number(LEAD_TO_MOCK_PORT);
if (!(mockPort >= 1)) throw new TypeError('LEAD_TO_MOCK_PORT must be a port number');
const refused = new Set(LEAD_TO_MOCK_REFUSED.split(','));

/** A test that is given up by its runner cannot end what it has started, so that ends by itself. */
const LIFETIME_MS = 60_000;
setTimeout(() => process.exit(70), LIFETIME_MS).unref();

/**
 * Where a call of `Socket.connect` wants to go. `net.connect` passes its own arguments on as one array.
 * @param {unknown[]} given
 */
function destination(given) {
  const [first, second, ...rest] = Array.isArray(given[0]) ? given[0] : given;
  const callback = [second, ...rest].find((argument) => typeof argument === 'function');
  const options =
    typeof first === 'object' && first !== null
      ? first
      : { port: first, host: typeof second === 'string' ? second : 'localhost' };
  if ((options.path ?? null) !== null || !(Number(options.port) <= 65_535)) {
    throw new Error('this process may open TCP connections only');
  }
  return { host: options.host ?? 'localhost', port: options.port, callback };
}

const connect = net.Socket.prototype.connect;

/** @this {net.Socket} @param {unknown[]} given */
function lead(...given) {
  const { host, port, callback } = destination(given);
  const isTls = this instanceof tls.TLSSocket;
  // The mock speaks plain HTTP. A TLS socket over a connection that stands already never comes here.
  if (isTls || refused.has(`${host}:${port}`)) {
    const details = { code: 'ECONNREFUSED', syscall: 'connect', address: host, port: Number(port) };
    process.nextTick(() => {
      this.destroy(Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), details));
    });
    return this;
  }
  return Reflect.apply(connect, this, [{ host: '127.0.0.1', port: mockPort }, callback]);
}

function refuse() {
  throw new Error('this process may open TCP connections only');
}

/** @param {object} holder @param {(name: string) => boolean} isMeant */
function refuseAll(holder, isMeant) {
  for (const name of Object.getOwnPropertyNames(holder).filter(isMeant)) {
    Object.defineProperty(holder, name, { value: refuse, configurable: true, writable: true });
  }
}

/** @param {string} name */
const isLookup = (name) => /^(lookup|resolve|reverse)/.test(name);

Object.defineProperty(net.Socket.prototype, 'connect', { value: lead, configurable: false, writable: false });
for (const holder of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  refuseAll(holder, isLookup);
}
refuseAll(dgram.Socket.prototype, (name) => ['bind', 'connect', 'send'].includes(name));
// A child would be outside again.
refuseAll(childProcess, (name) => /^(exec|fork|spawn)/.test(name));
syncBuiltinESMExports();
