import { expect, it } from 'vitest';
import type { Translate } from '../../lib/i18n';
import { countWords } from './countWords';

const ids: Translate = (id, values) => `${id} ${JSON.stringify(values)}`;
const [file, folder] = [{ kind: 'file' }, { kind: 'folder' }] as const;

it('calls files and folders by their kind, and both together items', () => {
  expect(countWords([], ids)).toBe('files.count {"count":0}');
  expect(countWords([file, file], ids)).toBe('files.count {"count":2}');
  expect(countWords([folder], ids)).toBe('files.folders {"count":1}');
  expect(countWords([folder, file], ids)).toBe('files.items {"count":2}');
});
