import { Readable } from 'node:stream';
import { FluxClient, type Transport } from '@flux-pg/discovery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { witnessCalls } from './witness-calls.ts';
import { askWitnesses, oneReplaced, renewedWitnesses } from './witnesses.ts';

const { signal } = new AbortController();

/** A node's collateral stays the same wherever the list has it. */
function idOf(ip: string): string {
  return Buffer.from(ip).toString('hex').padStart(64, '0');
}

/** Flux nodes that list what a test says; the central API knows the given nodes of the network. */
function aClient(listings: Readonly<Record<string, readonly string[]>>, nodes: readonly string[] = []) {
  const success = (data: unknown) =>
    Readable.from([Buffer.from(JSON.stringify({ status: 'success', data }))]);
  const transport: Transport = {
    request: async ({ origin, path }) => {
      if (path.startsWith('/daemon/viewdeterministicfluxnodelist')) {
        const rows = nodes.map((ip) => ({
          collateral: `COutPoint(${idOf(ip)}, 0)`,
          txhash: idOf(ip),
          outidx: '0',
          ip,
          tier: 'CUMULUS',
        }));
        return { statusCode: 200, headers: {}, body: success(rows) };
      }
      const ips = listings[new URL(origin).host];
      if (ips === undefined) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return {
        statusCode: 200,
        headers: {},
        body: success(ips.map((ip) => ({ name: 'shop', hash: 'h', ip }))),
      };
    },
  };
  return new FluxClient({ dispatcher: transport });
}

describe('the witnesses’ answers', () => {
  const witnesses = ['8.8.1.1:16127', '8.8.2.2:16127', '8.8.3.3:16127', '8.8.4.4:16127'];

  it('are those that list somebody; an empty, a failed and an impossible one say nothing', async () => {
    const client = aClient({ '8.8.1.1:16127': ['8.8.9.9', '8.8.9.8'], '8.8.2.2:16127': [] });
    const asked = [...witnesses, 'no address'];
    const reading = await askWitnesses(client, { appName: 'shop', witnesses: asked, nowMs: () => 7, signal });
    expect(reading).toEqual({
      total: 5,
      answers: [{ witness: '8.8.1.1:16127', addresses: ['8.8.9.8', '8.8.9.9'], atMs: 7 }],
    });
  });

  it('are nobody’s while none are agreed on', async () => {
    const reading = await askWitnesses(aClient({}), {
      appName: 'shop',
      witnesses: [],
      nowMs: () => 7,
      signal,
    });
    expect(reading).toEqual({ total: 0, answers: [] });
  });
});

describe('a private Flux API', () => {
  const duty = { agreed: () => [], renewal: () => ({ seed: 'c1', memberAddresses: [] }) };
  const { witnesses, renewWitnesses } = witnessCalls(
    aClient({}),
    { appName: 'shop', fluxApiUrl: 'http://flux.internal' },
    duty,
    () => 9,
  );

  it('stands for all witnesses with its answer of the same round', async () => {
    const latest = {
      ok: true,
      value: { instances: [{ address: '10.0.0.1', runningSinceMs: null }] },
      seenAtMs: 3,
    } as const;
    expect(await witnesses(latest, signal)).toEqual({
      total: 1,
      answers: [{ witness: 'private API', addresses: ['10.0.0.1'], atMs: 3 }],
    });
    expect(await renewWitnesses(null, signal)).toBeNull();
  });

  it('says nothing when it fails or lists nobody', async () => {
    const nothing = { total: 1, answers: [] };
    expect(await witnesses({ ok: false, error: 'down' }, signal)).toEqual(nothing);
    expect(await witnesses({ ok: true, value: { instances: [] }, seenAtMs: 3 }, signal)).toEqual(nothing);
  });
});

describe('the set of witnesses', () => {
  const network = Array.from({ length: 60 }, (_, index) => `${20 + index}.7.1.1:16127`);

  it('is chosen alike by everybody, without hosts of the app', async () => {
    const choice = { seed: 'c1', current: [], hosts: [], signal };
    const chosen = await renewedWitnesses(aClient({}, network), choice);
    expect(chosen).toHaveLength(9);
    expect(await renewedWitnesses(aClient({}, [...network].reverse()), choice)).toEqual(chosen);
    const [first = ''] = chosen;
    const others = await renewedWitnesses(aClient({}, network), { ...choice, hosts: [first] });
    expect(others).not.toContain(first);
  });

  it('keeps all but one of itself, also when several have left the network', async () => {
    const choice = { seed: 'c1', current: [], hosts: [], signal };
    const current = await renewedWitnesses(aClient({}, network), choice);
    const left = network.filter((node) => !current.slice(0, 3).includes(node));
    const next = await renewedWitnesses(aClient({}, left), { ...choice, current });
    expect(next.filter((witness) => current.includes(witness))).toHaveLength(8);
    expect(next).toHaveLength(9);
  });

  it('comes closer to the wanted one with each step, and never by more than one', () => {
    const sets = fc.uniqueArray(fc.integer({ min: 1, max: 20 }).map(String), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(sets, sets, (current, wanted) => {
        let step: readonly string[] = current;
        for (let count = 0; count < 9; count += 1) {
          const next = oneReplaced(step, wanted);
          expect(next.filter((witness) => !step.includes(witness)).length).toBeLessThanOrEqual(1);
          step = next;
        }
        expect([...step].sort()).toEqual([...wanted].sort());
      }),
    );
  });

  it('is asked for only by whoever may change it, and a complete one only every six hours', async () => {
    let nowMs = 0;
    let mine = false;
    let agreed: readonly string[] = [];
    const { renewWitnesses } = witnessCalls(
      aClient({}, network),
      { appName: 'shop', fluxApiUrl: null },
      { agreed: () => agreed, renewal: () => (mine ? { seed: 'c1', memberAddresses: [] } : null) },
      () => nowMs,
    );
    expect(await renewWitnesses(null, signal)).toBeNull();
    mine = true;
    agreed = (await renewWitnesses(null, signal)) ?? [];
    expect(agreed).toHaveLength(9);
    expect(await renewWitnesses(null, signal)).toBeNull();
    const listing = { instances: [{ address: agreed[0]?.split(':')[0] ?? '', runningSinceMs: null }] };
    nowMs = 5 * 3_600_000;
    expect(await renewWitnesses(listing, signal)).toBeNull();
    nowMs = 7 * 3_600_000;
    expect(await renewWitnesses(listing, signal)).not.toBeNull();
  });
});
