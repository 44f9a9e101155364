import { useCallback } from 'react';
import css from './Avatar.module.css';

interface AvatarProps {
  picture: Blob | null;
  /** Its first letter stands in for a picture that is not there. */
  name: string;
  size?: 'small' | 'large';
}

/** A person's picture; decoration, since the name stands beside it. */
export function Avatar({ picture, name, size = 'small' }: AvatarProps) {
  const show = useCallback(
    (image: HTMLImageElement | null) => {
      if (image === null || picture === null) return undefined;
      const url = URL.createObjectURL(picture);
      image.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [picture],
  );
  const [initial = ''] = name.trim();
  return (
    <span className={`${css.avatar} ${css[size]}`} aria-hidden="true">
      {picture === null ? initial.toUpperCase() : <img ref={show} alt="" />}
    </span>
  );
}
