import { describe, expect, it } from 'vitest';
import type { Finding, FindingKind } from '../../crypto/types';
import english from '../../locales/en.json';
import { groupFindings } from './groupFindings';

const finding = (kind: FindingKind, change: Partial<Finding> = {}): Finding => ({
  kind,
  folder: 'f',
  node: 'n',
  name: null,
  count: 1,
  ...change,
});

describe('findings', () => {
  it('are told once for each kind, with the names that are known', () => {
    const groups = groupFindings([
      finding('missing', { name: 'a' }),
      finding('injected', { count: 2 }),
      finding('missing', { name: 'b' }),
      finding('missing', { name: 'b' }),
    ]);
    expect(groups).toEqual([
      { kind: 'missing', count: 3, names: ['a', 'b'], concerns: 'files' },
      { kind: 'injected', count: 2, names: [], concerns: 'files' },
    ]);
  });

  it('tell a file, a folder and the account apart', () => {
    const concerns = groupFindings([
      finding('rolled-back', { node: null }),
      finding('rolled-back', { folder: null, node: null }),
      finding('altered'),
    ]).map((group) => group.concerns);
    expect(concerns).toEqual(['folder', 'account', 'files']);
  });

  it('never call anything deleted', () => {
    const words = Object.entries(english).filter(([id]) => id.startsWith('finding'));
    expect(words.length).toBeGreaterThan(30);
    for (const [id, text] of words) expect(text, id).not.toMatch(/delet|gelösch/i);
  });
});
