import type { Page } from '@playwright/test';

import { docx, paragraph, wav, xlsx } from '../support/documents';
import { expect, newEmail, row, signUp, test, upload } from '../support/journey';
import { look, WIDE } from '../support/look';
import { pdf, photo, sample } from '../support/samples';

const MARKDOWN = `# Trip to the coast

A **few** things to *remember*, from [the guide](https://example.org/).

- [x] tickets
- [ ] the long cable

1. first
2. second

> Bring a coat.

| Day | Where | Cost |
|-----|-------|-----:|
| Monday | Brest | 120 |
| Tuesday | Roscoff | 95 |

![the harbour](https://example.org/harbour.jpg)

\`\`\`sh
rsync -a photos/ backup/
\`\`\`
`;
const CODE = `// What a folder is worth.
use std::collections::HashMap;

#[derive(Debug, Clone)]
pub struct Folder<'a> {
    name: &'a str,
    sizes: HashMap<String, u64>,
}

impl Folder<'_> {
    pub fn total(&self) -> u64 {
        self.sizes.values().sum::<u64>() + 42
    }
}

fn main() {
    println!("{} bytes", 1_000_000);
}
`;

test.use({ viewport: WIDE });

async function turnTo(page: Page, name: string) {
  await page.keyboard.press('ArrowRight');
  const shown = page.getByRole('dialog', { name: `Preview of ${name}` });
  await expect(shown).toBeVisible();
  return shown;
}

test('previews', async ({ page, server, folder }) => {
  test.setTimeout(400_000);
  await signUp(page, server, newEmail());
  await upload(page, [
    await sample(folder, '1 Holiday at the sea.png', photo(1600, 1000)),
    await sample(folder, '2 Rental agreement 2026.pdf', pdf('Agreement')),
    await sample(folder, '3 Lecture.wav', wav()),
    await sample(folder, '4 Trip.md', Buffer.from(MARKDOWN)),
    await sample(folder, '5 main.rs', Buffer.from(CODE)),
    await sample(folder, '6 Letter.docx', docx(['Dear Ada,', 'thank you for the drawings of the engine. They arrived safely, and I have spent three evenings with them.', 'Yours, Charles'].map((text) => paragraph(text)).join('') + paragraph('the engine', 'L0'), ['https://example.org/'])),
    await sample(folder, '7 Household.xlsx', xlsx('Budget', [['What', 'January', 'February'], ['Rent', 950, 950], ['Food and everything else that one needs to live', 310.55, 289.4]])),
    await sample(folder, '8 a very long name that does not fit into the line above a preview, however wide the window may be.bin', Buffer.from('x')),
    await sample(folder, '9 damaged.png', Buffer.from('x')),
  ]);
  await row(page, '1 Holiday at the sea.png').dblclick();
  const image = page.getByRole('dialog', { name: 'Preview of 1 Holiday at the sea.png' });
  await expect(image.getByRole('img', { name: '1 Holiday at the sea.png' })).toBeVisible();
  await look(page, 'preview-image');
  const document = await turnTo(page, '2 Rental agreement 2026.pdf');
  await expect(document.getByText('Agreement', { exact: true })).toBeAttached();
  await look(page, 'preview-pdf');
  await expect((await turnTo(page, '3 Lecture.wav')).locator('audio')).toBeVisible();
  await look(page, 'preview-audio');
  await expect((await turnTo(page, '4 Trip.md')).getByRole('heading', { name: 'Trip to the coast' })).toBeVisible();
  await look(page, 'preview-markdown');
  await expect((await turnTo(page, '5 main.rs')).getByText('println!')).toBeVisible();
  await look(page, 'preview-code');
  await expect((await turnTo(page, '6 Letter.docx')).getByText('Dear Ada,')).toBeVisible();
  await look(page, 'preview-docx');
  await expect((await turnTo(page, '7 Household.xlsx')).getByRole('cell', { name: 'January' })).toBeVisible();
  await look(page, 'preview-xlsx');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Files of this type cannot be shown here', { exact: false })).toBeVisible();
  await look(page, 'preview-none');
  await expect((await turnTo(page, '9 damaged.png')).getByText('It is damaged', { exact: false })).toBeVisible();
  await look(page, 'preview-damaged');
  await page.getByRole('dialog').getByRole('button', { name: 'Details' }).click();
  await expect(page.getByRole('dialog', { name: '9 damaged.png', exact: true })).toBeVisible();
  await look(page, 'preview-details');
});
