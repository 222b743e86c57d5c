import type { LocationRow } from '../src/wire.ts';

/** A row as the API sends it; a test states only what differs. */
export function aRow(differences: Partial<Record<keyof LocationRow, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'myapp',
    hash: 'c0ffee',
    ip: '8.8.4.1:16137',
    broadcastedAt: '2026-07-01T10:00:00.000Z',
    expireAt: '2026-07-01T12:05:00.000Z',
    runningSince: '2026-06-30T08:00:00.000Z',
    osUptime: 86_400.5,
    staticIp: true,
    ...differences,
  };
}

/** The envelope of a good answer. */
export function success(data: unknown): Record<string, unknown> {
  return { status: 'success', data };
}
