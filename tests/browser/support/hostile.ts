import { docx, paragraph, xlsx } from './documents';

/** What every one of these files tries to do if it gets the chance: leave a mark, ask somebody, call home. */
const ACT = "globalThis.wasHere='yes';document.title='taken';alert(1);fetch('/called-home');";
const HOME = 'http://127.0.0.1:9/called-home';
const PICTURE = `${HOME}.png`;
const MARKUP = `<script>${ACT}</script><img src="${PICTURE}" onerror="${ACT}"><iframe srcdoc="<script>parent.wasHere=1</script>"></iframe><svg onload="${ACT}"></svg><style>@import url(${HOME}.css);</style><form action="javascript:${ACT}"><button autofocus onfocus="${ACT}">x</button></form>`;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A PDF that asks its reader to run a script when it is opened, and to go somewhere when it is clicked. */
function pdf(): Buffer {
  const script = ACT.replaceAll('(', '\\(').replaceAll(')', '\\)');
  const content = 'BT /F1 24 Tf 72 720 Td (plain words) Tj ET';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /Names << /JavaScript << /Names [(a) 6 0 R] >> >> /AcroForm << /Fields [7 0 R] /XFA (<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><script>x</script></xdp:xdp>) >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R 8 0 R] /AA << /O 6 0 R >> /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    // A matrix is where a script once stood (CVE-2024-4367).
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FontMatrix [1 2 3 4 5 (0\\); ${script} //)] >>`,
    `<< /S /JavaScript /JS (${script}) >>`,
    '<< /Type /Annot /Subtype /Widget /FT /Tx /T (field) /Rect [0 0 595 842] /A 6 0 R /AA << /Fo 6 0 R /E 6 0 R >> >>',
    `<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /URI /URI (javascript:${script}) >> >>`,
  ];
  let body = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = body.length;
  return Buffer.from(`${body}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`, 'latin1');
}

/** Names, contents, and words that are seen once the file is shown; null: it is no picture that can be drawn. */
export const HOSTILE: readonly { name: string; content: Buffer; shows: string | null }[] = [
  {
    name: 'drawing.svg',
    content: Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="100" onload="${ACT}"><script>${ACT}</script><rect width="200" height="100" fill="teal" onclick="${ACT}"/><image href="${PICTURE}" width="10" height="10"/><a xlink:href="javascript:${ACT}"><text y="50">press</text></a><foreignObject width="200" height="100"><body xmlns="http://www.w3.org/1999/xhtml"><script>${ACT}</script><iframe src="javascript:${ACT}"></iframe></body></foreignObject></svg>`,
    ),
    shows: null,
  },
  { name: 'page.html', content: Buffer.from(`<!doctype html><title>p</title>${MARKUP}plain words`), shows: 'plain words' },
  { name: 'page.txt', content: Buffer.from(`${MARKUP}\nplain words`), shows: 'plain words' },
  {
    name: 'note.md',
    content: Buffer.from(
      [
        'plain words',
        MARKUP,
        `[press](javascript:${encodeURIComponent(ACT)}) [press](JaVaScRiPt&colon;alert(1)) [press](  data:text/html,<script>alert(1)</script>) [press](vbscript:x) <javascript:alert(1)>`,
        `[press][r]\n\n[r]: javascript:alert(1) "title"`,
        `![from elsewhere](${PICTURE}) ![drawn](data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=) ![" onerror="${ACT}](x)`,
        '```html\n<script>alert(1)</script>\n```',
        `[press](/settings) [press](//127.0.0.1:9/called-home) [press](#main)`,
        '[x] '.repeat(3) + '> '.repeat(5000) + 'deep',
      ].join('\n\n'),
    ),
    shows: 'plain words',
  },
  {
    name: 'letter.docx',
    content: docx(
      paragraph('plain words') + paragraph(escaped(MARKUP)) + paragraph('press', 'L0') + paragraph('press', 'L1') + paragraph('press', 'L2'),
      [`javascript:${escaped(ACT)}`, 'data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;', ' JaVaScRiPt:alert(1)'],
    ),
    shows: 'plain words',
  },
  { name: 'not-a-letter.docx', content: Buffer.from(MARKUP), shows: 'It is damaged' },
  { name: 'table.xlsx', content: xlsx('Sheet', [['plain words', 1], [escaped(MARKUP), 2], ['=HYPERLINK(&quot;javascript:alert(1)&quot;)', 3]]), shows: 'plain words' },
  { name: 'form.pdf', content: pdf(), shows: 'plain words' },
  // A page that calls itself a picture.
  { name: 'photo.png', content: Buffer.from(`<html>${MARKUP}</html>`), shows: 'It is damaged' },
];
