import { describe, expect, it } from 'vitest';

import { makePicture, pictureBlob } from './picture';

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('a picture', () => {
  // Each is refused before anything is decoded: there is no decoder here.
  it.each([
    ['a drawing', new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/svg+xml' })],
    ['a drawing that calls itself a photograph', new Blob(['\n <?xml version="1.0"?><svg/>'], { type: 'image/png' })],
    ['a drawing without a type', new Blob(['\uFEFF<svg/>'])],
  ])('is not made from %s', async (_, image) => {
    await expect(makePicture(image)).rejects.toMatchObject({ code: 'not-an-image' });
  });

  it('is shown only in the two forms that are made here', () => {
    expect(pictureBlob(bytes('RIFF....WEBPVP8 '))?.type).toBe('image/webp');
    expect(pictureBlob(bytes('\xff\xd8\xff\xe0'))?.type).toBe('image/jpeg');
    expect(pictureBlob(bytes('<svg onload=alert(1)>'))).toBeNull();
    expect(pictureBlob(bytes('\x89PNG\r\n'))).toBeNull();
    expect(pictureBlob(bytes(''))).toBeNull();
  });
});
