import { describe, expect, it } from 'vitest';

import { isEditable, isTooLarge, previewKind, shownType } from './previewKind';

const of = (name: string, mediaType = '') => previewKind({ name, mediaType });

describe('how a file is shown', () => {
  it.each([
    ['Photo.JPG', 'image'],
    ['drawing.svg', 'image'],
    ['report.pdf', 'pdf'],
    ['clip.webm', 'video'],
    ['song.mp3', 'audio'],
    ['Notes.md', 'markdown'],
    ['main.rs', 'code'],
    ['page.html', 'code'],
    ['list.csv', 'code'],
    ['README', 'code'],
    ['.gitignore', 'code'],
    ['letter.docx', 'docx'],
    ['sheet.xlsx', 'xlsx'],
    ['old.doc', 'none'],
    ['archive.zip', 'none'],
    ['raw.nef', 'none'],
    ['clip.wmv', 'none'],
  ])('%s as %s', (name, kind) => {
    expect(of(name)).toBe(kind);
  });

  it('is told by the name first, and by the stated type only without an ending', () => {
    expect(of('letter.docx', 'image/png')).toBe('docx');
    expect(of('archive.zip', 'text/plain')).toBe('none');
    expect(of('scan', 'application/pdf')).toBe('pdf');
    expect(of('picture', 'image/png')).toBe('image');
    expect(of('picture', 'image/tiff')).toBe('none');
  });

  it('never hands the browser a page, whatever the uploader stated', () => {
    expect(shownType({ name: 'photo.png', mediaType: 'text/html' })).toBe('image/png');
    expect(shownType({ name: 'photo', mediaType: 'text/html' })).toBe('application/octet-stream');
    expect(shownType({ name: 'constructor', mediaType: '' })).toBe('application/octet-stream');
  });

  it('knows what is too large, and what can be edited', () => {
    expect(isTooLarge('image', 64 * 1024 * 1024)).toBe(false);
    expect(isTooLarge('image', 64 * 1024 * 1024 + 1)).toBe(true);
    expect(isTooLarge('video', 1e12)).toBe(false);
    expect(isEditable({ name: 'a.md', mediaType: '', size: 5 * 1024 * 1024 })).toBe(true);
    expect(isEditable({ name: 'a.md', mediaType: '', size: 5 * 1024 * 1024 + 1 })).toBe(false);
    expect(isEditable({ name: 'a.pdf', mediaType: '', size: 1 })).toBe(false);
  });
});
