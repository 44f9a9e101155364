import { AudioLines } from 'lucide-react';
import { useCallback, useState } from 'react';
import { useText } from '../../../lib/i18n';
import { Problem } from '../../../lib/problem';
import { PreviewFailed } from '../PreviewFailed';
import { previewKind, shownType } from '../previewKind';
import { readWhole } from '../readContent';
import { useContent, type Prepare } from '../useContent';
import css from './MediaViewer.module.css';
import { Viewing, type ViewerProps } from './Viewing';

/** Where nothing can answer for ranges, a video is fetched whole; larger ones, in bytes, are not. */
const MOST_WHOLE = 64 * 1024 * 1024;

/** Plays while it is still sealed on the server: what the browser asks for is fetched and verified as it asks. */
export default function MediaViewer({ entry, version, ...ways }: ViewerProps) {
  const { t } = useText();
  const [type] = useState(() => shownType(entry));
  const [isVideo] = useState(() => previewKind(entry) === 'video');
  const [isBroken, setBroken] = useState(false);
  const prepare = useCallback<Prepare<string>>(
    async (content, { signal, onProgress, onEnd }) => {
      const streamed = await content.url();
      if (streamed !== null) return streamed;
      if (content.size > MOST_WHOLE) throw new Problem({ code: 'too-large', message: 'It is too large to be fetched whole.' });
      const address = URL.createObjectURL(new Blob([await readWhole(content, signal, onProgress)], { type }));
      onEnd(() => URL.revokeObjectURL(address));
      return address;
    },
    [type],
  );
  const opened = useContent(entry.id, version, prepare);
  if (isBroken) return <PreviewFailed error={{ code: 'not-decoded', message: 'The browser cannot decode it.' }} {...ways} />;
  return (
    <Viewing opened={opened} {...ways}>
      {(address) =>
        isVideo ? (
          <div className={css.stage} data-swipe="none">
            {/* eslint-disable-next-line jsx-a11y/media-has-caption -- people's own videos come without captions */}
            <video className={css.video} controls autoPlay playsInline aria-label={entry.name} src={address} onError={() => setBroken(true)} />
          </div>
        ) : (
          <div className={css.sound}>
            <AudioLines size={64} strokeWidth={1} aria-hidden="true" />
            <p dir="auto">{entry.name}</p>
            {/* eslint-disable-next-line jsx-a11y/media-has-caption -- there is nothing but sound */}
            <audio className={css.audio} controls aria-label={t('preview.audio', { name: entry.name })} src={address} onError={() => setBroken(true)} />
          </div>
        )
      }
    </Viewing>
  );
}
