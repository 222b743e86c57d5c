import { describe, expect, it } from 'vitest';
import { oncePerText } from './once-per-text.ts';

describe('what is read of a text', () => {
  it('is read once, and again only after many others', () => {
    const texts: string[] = [];
    const length = oncePerText((text) => {
      texts.push(text);
      return text.length;
    });
    expect([length('etcd'), length('etcd'), length('raft!')]).toEqual([4, 4, 5]);
    expect(texts).toEqual(['etcd', 'raft!']);
    for (let index = 0; index < 600; index += 1) length(`key ${index}`);
    expect(length('etcd')).toBe(4);
    expect(texts.filter((text) => text === 'etcd')).toHaveLength(2);
  });

  it('is no answer where reading fails, so that the next time fails, too', () => {
    const read = oncePerText((text) => {
      if (text === '') throw new Error('empty');
      return text;
    });
    expect(() => read('')).toThrow('empty');
    expect(() => read('')).toThrow('empty');
  });
});
