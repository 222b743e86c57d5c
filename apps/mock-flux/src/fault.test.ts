import { expect, test } from 'vitest';
import { faultsSchema, takeFault } from './fault.ts';

const request = { caller: '10.0.0.1', path: '/apps/location/myapp' };

test('a fault wears off after as many hits as it has, and only hits count', () => {
  let faults = faultsSchema.parse([
    { kind: 'html', remaining: 2, callers: ['::ffff:10.0.0.1'] },
    { kind: 'empty', paths: ['/Apps'] },
  ]);
  const kinds = [request, { ...request, caller: '10.0.0.2' }, request, request].map((asked) => {
    const { hit, left } = takeFault(faults, asked);
    faults = [...left];
    return hit?.kind;
  });
  expect(kinds).toEqual(['html', 'empty', 'html', 'empty']);
  expect(takeFault(faults, { ...request, path: '/hostinfo' }).hit).toBeNull();
});

test('one fault may be given without a list', () => {
  expect(faultsSchema.parse({ kind: 'reset' })).toEqual([{ kind: 'reset' }]);
});
